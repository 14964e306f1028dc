/** A card is warmed up before there is work, and left alone when there is. */
import path from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import type { FromChild } from "../../src/engine/messages.ts";
import { buildParts } from "../../src/engine/registry.ts";
import { EngineWorker } from "../../src/engine/worker.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { DEFAULT_SETTINGS } from "../../src/painting.ts";
import { openPipeline } from "../stylize/diffusion/pipeline.ts";
import { DiffusionNetworks } from "../../src/stylize/diffusion/diffusion-networks.ts";
import { DiffusionStylizer } from "../../src/stylize/diffusion/diffusion.ts";
import { FIXTURES } from "../models/reference.ts";
import { withFailingCard } from "../onnx/failing-card.ts";

const sessions = new SessionPool(1e9);
afterEach(() => sessions.release());

describe("warming up", () => {
  it("opens all that a picture of that size needs, in its very forms", async () => {
    withFailingCard(() => null);
    const { networks: here, tokenizer } = await openPipeline("tiny-v1");
    const options = { device: "cuda", dtype: "float32", attention: "fused", sessions } as const;
    const stylizer = new DiffusionStylizer(new DiffusionNetworks(here.checkpoint, options), tokenizer);
    await stylizer.warmUp(64);
    const warm = sessions.keys.toSorted();
    const checker = (phase: number) => ({
      width: 64,
      height: 64,
      data: Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (((i >> 5) + phase) % 2 ? 210 : 30)),
    });
    const pictures = { content: checker(0), style: checker(1), contentSha256: "c", styleSha256: "s", token: null };
    const settings = { ...DEFAULT_SETTINGS, seed: 3, size: 64, steps: 8 };
    await stylizer.stylize({ ...pictures, variant: "image-prompt", description: "bold lines", settings });
    expect(sessions.keys.toSorted()).toEqual(warm);
    expect(warm.some((key) => key.includes("taking over"))).toBe(true);
  });

  it("ends when there is work, and says so", async () => {
    const said: FromChild[] = [];
    const parts = await buildParts(
      {
        ENGINE: "diffusion",
        ENGINE_PARTS: "both",
        CAPTIONER: "palette",
        CAPTION_TOKENS: 9,
        DATA_DIR: path.join(FIXTURES, "no-data"),
        MODELS_DIR: FIXTURES,
        MODEL_MEMORY: 1,
        PRECISION: "auto",
        STEP_CACHE: "off",
        device: "cpu",
      },
      () => undefined,
    );
    const worker = new EngineWorker(parts, (message) => said.push(message));
    const warming = worker.warmUp(512);
    const image = { path: path.join(FIXTURES, "no-such-picture"), sha256: "0".repeat(64) };
    await worker.run({ type: "faces", task: 1, image });
    await warming;
    const words = expect.stringContaining("as there was work") as string;
    expect(said).toContainEqual({ type: "log", level: "info", text: words });
  });
});
