/** Readers of settings: Atelier's own from the environment, and the configurations of checkpoints. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import fc from "fast-check";
import { z } from "zod";

import { clipTextConfigSchema } from "../../models/clip-text.ts";
import { llavaConfigSchema } from "../../models/llava.ts";
import { taesdConfigSchema } from "../../models/taesd.ts";
import { unetConfigSchema } from "../../models/unet.ts";
import { vaeConfigSchema } from "../../models/vae.ts";
import { ConfigError, readConfig } from "../../src/config.ts";
import { EngineError } from "../../src/errors.ts";
import { readJson } from "../../src/onnx/files/read-json.ts";
import { readSchedulerConfig } from "../../src/stylize/diffusion/schedulers/index.ts";
import { damaged, damagedJson, oddJson } from "./mutations.ts";
import { orRefused, type Target } from "./target.ts";

const FIXTURES = path.join(import.meta.dirname, "../fixtures");

/** What reads each of the configurations that lie in the fixtures. */
const CHECKPOINTS: Readonly<Record<string, z.ZodType>> = {
  "tiny-v1/unet/config.json": unetConfigSchema,
  "tiny-v1/vae/config.json": vaeConfigSchema,
  "tiny-v1/text_encoder/config.json": clipTextConfigSchema,
  "tiny-v1/scheduler/scheduler_config.json": z.unknown().transform(readSchedulerConfig),
  "tiny-taesd/config.json": taesdConfigSchema,
  "tiny-llava/config.json": llavaConfigSchema,
};

interface CheckpointFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const checkpointFile: fc.Arbitrary<CheckpointFile> = fc.constantFrom(...Object.keys(CHECKPOINTS)).chain((name) => {
  const text = readFileSync(path.join(FIXTURES, name), "utf8");
  const changed = damagedJson(fc.constant(JSON.parse(text))).map((value) => Buffer.from(JSON.stringify(value)));
  const bytes = fc.oneof(changed, changed, damaged(fc.constant(Buffer.from(text))));
  return fc.record({ name: fc.constant(name), bytes });
});

const checkpointConfig: Target<CheckpointFile> = {
  name: "checkpoint-config",
  inputs: checkpointFile,
  open: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "atelier-fuzz-"));
    const file = path.join(folder, "config.json");
    return {
      run: async ({ name, bytes }) => {
        writeFileSync(file, bytes);
        await orRefused(EngineError, () => readJson(file, CHECKPOINTS[name]!));
      },
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

const NAMES = Object.keys(readConfig({ DISCORD_TOKEN: "t", HF_TOKEN: "t" }));
const VALUES = fc.oneof(
  fc.string(),
  oddJson.map((value) => JSON.stringify(value)),
  fc.constantFrom("1e999", "-0", "NaN", "0x10", "http://", "http://[", "auto"),
);

const environment: Target<Record<string, string>> = {
  name: "config",
  inputs: fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), VALUES, { maxKeys: 8 }),
  open: async () => ({
    run: async (given) => {
      const config = await orRefused(ConfigError, () => readConfig(given));
      for (const value of Object.values(config ?? {}))
        if (typeof value === "number" && !Number.isFinite(value)) throw new Error("a setting is no number");
    },
    close: async () => {},
  }),
};

export const SETTINGS: readonly Target[] = [checkpointConfig, environment];
