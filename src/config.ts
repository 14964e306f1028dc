/** The settings of an installation, from the environment or `.env`. */
import path from "node:path";

import { config as loadDotenv } from "dotenv";
import { z } from "zod";

import { DEVICES, PRECISIONS } from "./onnx/devices.ts";
import { STYLIZER_IDS } from "./painting.ts";

const url = (name: string, fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: `${name} must be an http or https address` })
    .default(fallback)
    .transform((value) => value.replace(/\/+$/, ""));

const within = (number: z.ZodCoercedNumber, name: string, low: number, high: number, fallback: number) =>
  number
    .min(low, { error: `${name} must be at least ${low}` })
    .max(high, { error: `${name} must be at most ${high}` })
    .default(fallback);

const amount = (name: string, low: number, high: number, fallback: number) =>
  within(z.coerce.number({ error: `${name} must be a number` }), name, low, high, fallback);

const count = (name: string, low: number, high: number, fallback: number) => {
  const error = `${name} must be a whole number`;
  return within(z.coerce.number({ error }).int({ error, abort: true }), name, low, high, fallback);
};

const choice = <const T extends readonly [string, ...string[]]>(name: string, values: T, fallback: T[number]) =>
  z.enum(values, { error: `${name} must be one of ${values.join(", ")}` }).default(fallback as never);

const folder = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) => path.resolve(value));

/** Every setting of Atelier, by the name of its environment variable. The README's table says the same in words. */
const schema = z.object({
  DISCORD_TOKEN: z.string().optional(),
  DISCORD_API_BASE: url("DISCORD_API_BASE", "https://discord.com/api"),
  DISCORD_CDN_BASE: url("DISCORD_CDN_BASE", "https://cdn.discordapp.com"),
  DATA_DIR: folder("data"),
  MODELS_DIR: folder("checkpoints"),
  ENGINE: choice("ENGINE", ["auto", ...STYLIZER_IDS], "auto"),
  DEVICE: choice("DEVICE", DEVICES, "auto"),
  PRECISION: choice("PRECISION", PRECISIONS, "auto"),
  CAPTIONER: z.string().default("auto"),
  CAPTION_TOKENS: count("CAPTION_TOKENS", 16, 1024, 200),
  MODEL_MEMORY: amount("MODEL_MEMORY", 0.25, 1024, 12),
  LOG_LEVEL: choice("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace", "silent"], "info"),
  MAX_UPLOAD_MB: amount("MAX_UPLOAD_MB", 0.01, 500, 20),
  MAX_MEGAPIXELS: amount("MAX_MEGAPIXELS", 0.1, 1000, 50),
  DOWNLOAD_SECONDS: amount("DOWNLOAD_SECONDS", 0.1, 600, 20),
  RESULT_SIZE: count("RESULT_SIZE", 64, 1024, 512),
  JOBS_PER_USER: count("JOBS_PER_USER", 1, 1000, 3),
  JOBS_PER_GUILD: count("JOBS_PER_GUILD", 1, 10_000, 30),
  CONCURRENCY: count("CONCURRENCY", 1, 64, 1),
  CANCEL_GRACE_SECONDS: amount("CANCEL_GRACE_SECONDS", 0.1, 120, 5),
  STAGE_MINUTES: amount("STAGE_MINUTES", 0.05, 1440, 120),
  HF_TOKEN: z.string().optional(),
  HF_ENDPOINT: url("HF_ENDPOINT", "https://huggingface.co"),
});

export type Config = z.infer<typeof schema>;

/** The settings do not hold; one line per fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/**
 * Reads the settings once, from `environment` (by default the process's, completed from `.env`). An empty value
 * counts as not set.
 *
 * @throws ConfigError with one line per fault
 */
export function readConfig(environment?: Readonly<Record<string, string | undefined>>): Config {
  const source = environment ?? fromProcess();
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => issue.message));
  return parsed.data;
}

function fromProcess(): Record<string, string | undefined> {
  loadDotenv({ quiet: true });
  return process.env;
}
