import { describe, expect, it } from "vitest";

import { SessionPool } from "../../../../src/onnx/session-pool.ts";
import { EmbeddedStylizer } from "../../../../src/stylize/embedded/index.ts";
import { mixVectors, StyleNetwork } from "../../../../src/stylize/embedded/network/style-network.ts";
import type { EngineParts } from "../../../../src/painting.ts";
import type { RgbImage } from "../../../../src/images/rgb-image.ts";
import { brushwork, landscape, request, sample } from "../fixtures.ts";

const sessions = new SessionPool(Infinity);
const network = new StyleNetwork(sessions);

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...mixVectors(a, b, -1).map((value, i) => value - a[i]!));

const STYLES = ["ink", "linocut", "night", "poster", "river", "village"] as const;

describe("StyleNetwork", () => {
  it("sees a style again in another part of its picture", async () => {
    const halves = await Promise.all(
      STYLES.map(async (name) => {
        const { width, height, data } = await sample(`style/${name}`);
        const half = height >> 1;
        const part = (from: number): RgbImage => ({
          width,
          height: half,
          data: data.slice(3 * width * from, 3 * width * (from + half)),
        });
        return [await network.styleVector(part(0)), await network.styleVector(part(height - half))] as const;
      }),
    );
    const found = halves.filter(([upper], i) => {
      const distances = halves.map(([, lower]) => distance(upper, lower));
      return distances.indexOf(Math.min(...distances)) === i;
    });
    expect(found.length).toBeGreaterThanOrEqual(STYLES.length - 1);
  });

  it("paints pictures of any shape, each side a multiple of four", async () => {
    const vector = await network.styleVector(brushwork(160, 124));
    const sizes = [];
    for (const [width, height] of [
      [200, 150],
      [24, 400],
      [7, 5],
      [600, 20],
    ] as const) {
      const painted = await network.paint(landscape(width, height), vector, 128);
      sizes.push([painted.width, painted.height]);
    }
    expect(sizes).toEqual([
      [128, 96],
      [8, 128],
      [128, 92],
      [128, 8],
    ]);
    expect(sessions.keys.filter((key) => key.startsWith("style transfer"))).toHaveLength(1);
  });
});

describe("what the engine paints with", () => {
  const painted = async (parts: EngineParts, pool = sessions): Promise<RgbImage> =>
    (await new EmbeddedStylizer({ sessions: pool, parts }).stylize(request())).image;

  it("is patches, the network, or patches over its sketch, as is asked for", async () => {
    const pictures = [await painted("patches"), await painted("network"), await painted("both")];
    for (const { width, height } of pictures) expect([width, height]).toEqual([160, 120]);
    expect(new Set(pictures.map(({ data }) => Buffer.from(data).toString("base64"))).size).toBe(3);
  });

  it("is patches where the network cannot be opened", async () => {
    class WithoutNetwork extends SessionPool {
      override async use<T>(key: string, ...rest: [never, never]): Promise<T> {
        if (key.startsWith("style")) throw new Error("no memory");
        return super.use(key, ...rest);
      }
    }
    const without = await painted("both", new WithoutNetwork(Infinity));
    expect(without).toEqual(await painted("patches"));
  });

  it.each(["ink", "night", "river"] as const)(
    "leaves a picture in the style of %s, as the network sees it",
    async (name) => {
      const vectors = await Promise.all(
        STYLES.map(async (style) => network.styleVector(await sample(`style/${style}`))),
      );
      const [content, style] = [await sample("content/lighthouse"), await sample(`style/${name}`)];
      const { image } = await new EmbeddedStylizer({ sessions }).stylize(request({ content, style, size: 192 }));
      const result = await network.styleVector(image);
      const distances = vectors.map((vector) => distance(result, vector));
      const own = distances[STYLES.indexOf(name)]!;
      expect(distances.filter((other) => other < 1.25 * own)).toEqual([own]);
    },
  );
});
