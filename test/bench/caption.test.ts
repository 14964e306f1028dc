import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { benchCaption, profileCaption } from "../../src/bench/caption.ts";
import { convertLlava } from "../../src/caption/llava/convert/index.ts";
import { FIXTURES } from "../models/reference.ts";

let checkpoint: string;
beforeAll(async () => {
  checkpoint = await mkdtemp(path.join(os.tmpdir(), "atelier-caption-bench-"));
  await convertLlava(path.join(FIXTURES, "tiny-llava"), checkpoint);
});
afterAll(() => rm(checkpoint, { recursive: true, force: true }));

describe("the captioner's bench", () => {
  it("times the first token and the others, and says what memory allows", async () => {
    const { ours, peer, bandwidth, boundMs, ratio } = await benchCaption({ checkpoint, prefix: 70, tokens: 3 });
    const { timing } = ours;
    expect(timing.wallMs).toHaveLength(3);
    expect(timing.firstMs).toBeGreaterThan(0);
    // Two layers of one head of 16 numbers for keys and values, in single precision.
    expect(timing.cacheBytes).toBe(2 * 4 * 70 * 2 * 16);
    expect(bandwidth).toBeGreaterThan(1e8);
    expect(boundMs).toBeCloseTo((1000 * (timing.weightBytes + timing.cacheBytes)) / bandwidth);
    expect([peer, ratio]).toEqual([null, null]);
  });

  it("tells the share of each operator", async () => {
    const shares = await profileCaption(checkpoint, 40, 2);
    expect(shares.map(({ operator }) => operator)).toContain("MatMulNBits");
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });
});
