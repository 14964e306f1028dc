/** What a rerun costs: the networks that the engine runs, by name, for a job and for the same again from its buttons. */
import sharp from "sharp";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { FromChild } from "../../src/engine/messages.ts";
import { buildParts } from "../../src/engine/registry.ts";
import { EngineWorker } from "../../src/engine/worker.ts";
import { Session } from "../../src/onnx/index.ts";
import type { StylizeTask } from "../../src/jobs/engine.ts";
import { FIXTURES } from "../models/reference.ts";
import { useBench } from "./workplace.ts";
import { CONFIG } from "./settings.ts";

const bench = useBench();
afterEach(() => vi.restoreAllMocks());

/** Runs of each network, sizes left out. */
function countRuns(run: { readonly mock: { readonly contexts: readonly unknown[] } }): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const session of run.mock.contexts) {
    const name = (session as Session).name.split(" ")[0]!;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe("a rerun", () => {
  it("encodes no picture and no text again", async () => {
    const options = { ...CONFIG, ENGINE: "diffusion", CAPTIONER: "palette", MODELS_DIR: FIXTURES } as const;
    const parts = await buildParts({ ...options, device: "cpu" }, () => undefined);
    const messages: FromChild[] = [];
    const worker = new EngineWorker(parts, (message) => messages.push(message));
    const run = vi.spyOn(Session.prototype, "run");
    const paint = async (changes: Partial<StylizeTask>, settings: Partial<StylizeTask["settings"]> = {}) => {
      run.mockClear();
      const task = bench.task();
      const size = { size: 64, steps: 4, stylePath: "adain", ...settings } as const;
      const own = { variant: "image-prompt", description: "bold black outlines", ...changes } as const;
      await worker.run({
        type: "stylize",
        task: messages.length,
        stylize: { ...task, ...own, settings: { ...task.settings, ...size } },
      });
      expect(messages.at(-1)).toMatchObject({ type: "reply" });
      const { width } = await sharp(task.outputPath).metadata();
      expect(width).toBe(64);
      return countRuns(run);
    };

    const first = await paint({});
    expect(first).toMatchObject({ "text-encoder": 2, "vae-encoder": 2, "vae-decoder": 1 });
    const { unet } = first;
    expect(await paint({}, { seed: 4 })).toEqual({ unet, "vae-decoder": 1 });
    expect(await paint({ variant: "prompt" })).toEqual({ unet, "vae-decoder": 1 });
    expect(Object.keys(await paint({ variant: "inst", description: null }))).toEqual(["unet", "vae-decoder"]);
    expect(await paint({ description: "pale washes" })).toEqual({ "text-encoder": 1, unet, "vae-decoder": 1 });
    worker.forget();
    expect(await paint({}), "nothing is kept").toEqual(first);
  });
});
