import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import { gaussianNoise, inverseNormalLowerHalf, philox4x32 } from "../../../src/stylize/diffusion/noise.ts";

const philox = (counter: readonly number[], key: readonly [number, number]): string[] => {
  const out = new Uint32Array(4);
  philox4x32(Uint32Array.from(counter), key[0], key[1], out);
  return [...out].map((word) => word.toString(16).padStart(8, "0"));
};

const sha256 = (values: Float32Array): string => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4);
  return createHash("sha256").update(bytes).digest("hex");
};

describe("philox4x32", () => {
  it("gives the known answers of the Random123 distribution", () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual(["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]);
    expect(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      "d16cfe09",
      "94fdcceb",
      "5001e420",
      "24126ea1",
    ]);
  });
});

describe("inverseNormalLowerHalf", () => {
  // Reference: torch.special.ndtri in float64.
  const known: readonly (readonly [number, number])[] = [
    [0.5, 0],
    [0.3, -0.5244005127080409],
    [0.08, -1.4050715603096329],
    [0.075, -1.4395314709384563],
    [0.01, -2.3263478740408408],
    [1e-5, -4.264890793922825],
    [1e-11, -6.706023155495138],
    [1.4e-11, -6.656723091518184],
    [1e-12, -7.034483825301131],
    [2 ** -54, -8.292361075813597],
  ];
  it.each(known)("of %d is %d", (probability, value) => {
    expect(Math.abs(inverseNormalLowerHalf(probability) - value)).toBeLessThan(4e-15 * Math.max(1, Math.abs(value)));
  });
});

describe("gaussianNoise", () => {
  it("gives the committed values for a seed", () => {
    expect([...gaussianNoise(50, 6)]).toEqual([
      -0.4827568829059601, -0.8787623047828674, 0.5928454995155334, -0.5175540447235107, 0.5239068865776062,
      0.03815189749002457,
    ]);
    expect([...gaussianNoise(50, 3, 1)]).toEqual([-1.0547174215316772, -0.9169832468032837, -0.5438955426216125]);
    expect(sha256(gaussianNoise(0xffffffff, 16_384))).toBe(
      "8182f49eaeb96a76ea675d390a455375e31e6a90a10a07c8f6c90d5cc1ee59ec",
    );
  });

  it("does not depend on the length asked for, odd lengths included", () => {
    const long = gaussianNoise(7, 1000);
    for (const length of [0, 1, 2, 3, 999]) {
      expect(gaussianNoise(7, length)).toEqual(long.slice(0, length));
    }
  });

  it("has the moments and the quantiles of a standard normal", () => {
    const values = gaussianNoise(1234, 200_000);
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Four standard errors of each moment for this many values.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / 200_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 200_000));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / 200_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 200_000));
    for (const p of [0.001, 0.02, 0.1, 0.25, 0.4]) {
      const share = values.reduce((count, value) => count + (value < inverseNormalLowerHalf(p) ? 1 : 0), 0) / 200_000;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 200_000));
    }
  });

  it("has independent values, streams and seeds", () => {
    const length = 50_000;
    const base = gaussianNoise(9, length + 64);
    const correlation = (other: Float32Array): number => {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += base[i]! * other[i]!;
      return Math.abs(sum) / length;
    };
    const bound = 4.5 / Math.sqrt(length);
    for (const lag of [1, 2, 3, 4, 64]) expect(correlation(base.subarray(lag))).toBeLessThan(bound);
    for (const stream of [1, 2, 1 << 16]) expect(correlation(gaussianNoise(9, length, stream))).toBeLessThan(bound);
    expect(correlation(gaussianNoise(10, length))).toBeLessThan(bound);
  });
});
