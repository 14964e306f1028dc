import { describe, expect, it } from "vitest";

import { adain, channelStatistics } from "../../../src/stylize/diffusion/adain.ts";
import {
  floatsToPicture,
  latentsOfMoments,
  latentsToPreview,
  pictureToFloats,
} from "../../../src/stylize/diffusion/latents.ts";
import { gaussianNoise } from "../../../src/stylize/diffusion/noise.ts";

describe("pictures as numbers", () => {
  it("come back as they were", () => {
    const image = { width: 16, height: 16, data: Uint8Array.from({ length: 768 }, (_, i) => i % 256) };
    const floats = pictureToFloats(image);
    expect(floats.shape).toEqual([1, 3, 16, 16]);
    expect([floats.data[0], floats.data[85]]).toEqual([-1, 1]);
    expect(floatsToPicture(floats)).toEqual(image);
  });

  it("are clipped, and rounded or cut off", () => {
    const floats = { data: Float32Array.of(-3, 3, 0.004), shape: [1, 3, 1, 1] };
    expect([...floatsToPicture(floats).data]).toEqual([0, 255, 128]);
    expect([...floatsToPicture({ ...floats, data: Float32Array.of(0, 0.996, 0.99) }, "down").data]).toEqual([
      127, 254, 253,
    ]);
  });
});

describe("latents", () => {
  it("are the mean, or a sample, of the encoder's distribution", () => {
    const moments = { data: Float32Array.of(1, -2, Math.log(4), 99), shape: [1, 2, 1, 2] };
    expect([...latentsOfMoments(moments, 0.5, null).data]).toEqual([0.5, -1]);
    const [first, second] = latentsOfMoments(moments, 0.5, Float32Array.of(1, 1)).data;
    expect(first).toBeCloseTo(0.5 * (1 + 2), 5);
    expect(second).toBeCloseTo(0.5 * (-2 + Math.exp(10)), 0);
  });

  it("take on the style's statistics, channel by channel", () => {
    const content = {
      data: gaussianNoise(1, 4 * 64, 0).map((value, i) => value * 3 + Math.floor(i / 64)),
      shape: [1, 4, 8, 8],
    };
    const style = { data: gaussianNoise(2, 4 * 96, 0).map((value) => value * 0.5 - 1), shape: [1, 4, 12, 8] };
    const wanted = channelStatistics(style);
    const found = channelStatistics(adain(content, wanted));
    wanted.means.forEach((mean, c) => expect(found.means[c]).toBeCloseTo(mean, 5));
    wanted.deviations.forEach((deviation, c) => expect(found.deviations[c]).toBeCloseTo(deviation, 3));
  });

  it("are shown four pixels each way, in the colours of their channels", () => {
    const data = new Float32Array(4 * 6).fill(0).fill(2, 0, 6);
    const preview = latentsToPreview({ data, shape: [1, 4, 2, 3] });
    expect([preview.width, preview.height]).toEqual([12, 8]);
    const half = (value: number): number => Math.floor(((value + 1) / 2) * 255 + 0.5);
    expect([...preview.data.subarray(0, 3)]).toEqual([half(2 * 0.298), half(2 * 0.207), half(2 * 0.208)]);
  });
});
