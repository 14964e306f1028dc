/** The settings of an installation, from the environment or `.env`. */
import path from "node:path";

import { config as loadDotenv } from "dotenv";
import { z } from "zod";

import { CAPABILITIES } from "./capabilities.ts";
import { PRECISIONS, readCaptionDevice, readDevices } from "./onnx/devices.ts";
import { ENGINE_PARTS, STEP_CACHES, STYLIZER_IDS } from "./painting.ts";
import { SAFETY_SETTINGS } from "./safety-setting.ts";

/** More would be a slip of the pen: each is a process. */
const MOST_SHARDS = 256;

/** Discord's REST address, without a proxy. */
export const DISCORD_API = "https://discord.com/api";
export const DISCORD_CDN = "https://cdn.discordapp.com";

const url = (name: string, fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: `${name} must be an http or https address` })
    .default(fallback)
    .transform((value) => value.replace(/\/+$/, ""));

const within = (number: z.ZodCoercedNumber, name: string, low: number, high: number) =>
  number.min(low, { error: `${name} must be at least ${low}` }).max(high, { error: `${name} must be at most ${high}` });

const number = (name: string, low: number, high: number) =>
  within(z.coerce.number({ error: `${name} must be a number` }), name, low, high);

const whole = (name: string, low: number, high: number) => {
  const error = `${name} must be a whole number`;
  return within(z.coerce.number({ error }).int({ error, abort: true }), name, low, high);
};

const amount = (name: string, low: number, high: number, fallback: number) => number(name, low, high).default(fallback);

const count = (name: string, low: number, high: number, fallback: number) => whole(name, low, high).default(fallback);

const choice = <const T extends readonly [string, ...string[]]>(name: string, values: T, fallback: T[number]) =>
  z.enum(values, { error: `${name} must be one of ${values.join(", ")}` }).default(fallback as never);

const listOf = <const T extends readonly [string, ...string[]]>(name: string, values: T) =>
  z
    .string()
    .default(values.join(","))
    .transform((text) => text.split(",").map((word) => word.trim()))
    .pipe(z.array(z.enum(values, { error: `${name} must be some of ${values.join(", ")}` })));

const folder = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) => path.resolve(value));

/** Every setting of Atelier, by the name of its environment variable. The README's table says the same in words. */
const settings = z.object({
  /** The bot's token; only the bot needs one. */
  DISCORD_TOKEN: z.string().optional(),
  /** Another REST address: a proxy, the sandbox. */
  DISCORD_API_BASE: url("DISCORD_API_BASE", DISCORD_API),
  /** Where attachments may be downloaded from. */
  DISCORD_CDN_BASE: url("DISCORD_CDN_BASE", DISCORD_CDN),
  /** Jobs, votes and pictures; made absolute. */
  DATA_DIR: folder("data"),
  /** A PostgreSQL database in place of the file in `DATA_DIR`, for installations of several machines. */
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "DATABASE_URL must be an address such as postgres://user@host/atelier" })
    .optional(),
  /** Where pictures are kept in place of `DATA_DIR`: `file:///folder`, or `s3://bucket/folder?endpoint=…&region=…`. */
  PICTURES_URL: z.string().optional(),
  /** Of the bucket that `PICTURES_URL` names. */
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  /** Hands jobs to workers on any machine, over PostgreSQL or Redis; without it, the bot paints by itself. */
  QUEUE_URL: z
    .url({
      protocol: /^(postgres(ql)?|rediss?)$/,
      error: "QUEUE_URL must be an address such as postgres://user@host/atelier or redis://host",
    })
    .optional(),
  /** What a worker is called, among all of them; when it is left out, its machine and its process. */
  WORKER_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/, { error: "WORKER_NAME must be 1 to 64 letters, digits, dots or dashes" })
    .optional(),
  /** Kinds of work that a worker takes. */
  CAPABILITIES: listOf("CAPABILITIES", CAPABILITIES),
  /** A worker that has said nothing for so long counts as gone, and its jobs go to others. */
  LOCK_SECONDS: amount("LOCK_SECONDS", 1, 600, 30),
  /** Run the bot as so many processes, each with its own servers; `auto`: as many as Discord recommends. */
  SHARDS: z
    .union([z.literal("auto"), z.coerce.number().int().min(1).max(MOST_SHARDS)], {
      error: `SHARDS must be auto or a whole number from 1 to ${MOST_SHARDS}`,
    })
    .optional(),
  /** How long pictures and jobs are kept; servers may choose less. */
  RETENTION_DAYS: count("RETENTION_DAYS", 1, 36_500, 30),
  /** What the pictures may take of the disk, gigabytes; when it is left out, what `RETENTION_DAYS` makes of it. */
  MAX_STORE_GB: number("MAX_STORE_GB", 0.01, 1_000_000).optional(),
  /** Installed weights; made absolute. */
  MODELS_DIR: folder("checkpoints"),
  /** Which stylizer; `auto`: the best that is installed. */
  ENGINE: choice("ENGINE", ["auto", ...STYLIZER_IDS], "auto"),
  ENGINE_PARTS: choice("ENGINE_PARTS", ENGINE_PARTS, "both"),
  /** What networks run on, an engine for each (`readDevices`); `auto`: the best that computes right. */
  DEVICE: z.string().default("auto"),
  /** What describes styles meanwhile; by default whichever paints. */
  CAPTION_DEVICE: z.string().optional(),
  /** What networks compute in; `auto`: what suits the device. */
  PRECISION: choice("PRECISION", PRECISIONS, "auto"),
  /** What steps of a diffusion picture take over from each other. */
  STEP_CACHE: choice("STEP_CACHE", STEP_CACHES, "off"),
  /** Which safety checker looks at pictures; `auto`: Stable Diffusion's own where it is installed, else the small one. */
  SAFETY: choice("SAFETY", SAFETY_SETTINGS, "auto"),
  /** File of words that nobody paints by, one on each line; made absolute. */
  WORD_LIST: z
    .string()
    .min(1)
    .transform((value) => path.resolve(value))
    .optional(),
  /** `auto`, `palette`, or the name of an installed captioner. */
  CAPTIONER: z.string().default("auto"),
  /** Most tokens of a description. */
  CAPTION_TOKENS: count("CAPTION_TOKENS", 16, 1024, 200),
  /** What open networks may hold, gigabytes. */
  MODEL_MEMORY: amount("MODEL_MEMORY", 0.25, 1024, 12),
  /** What networks may take of each graphics card, gigabytes; when it is left out, what is free when the engine starts. */
  CARD_MEMORY: number("CARD_MEMORY", 1, 1024).optional(),
  /** The least that is logged. */
  LOG_LEVEL: choice("LOG_LEVEL", ["fatal", "error", "warn", "info", "debug", "trace", "silent"], "info"),
  /** Largest picture that is taken, MiB. */
  MAX_UPLOAD_MB: amount("MAX_UPLOAD_MB", 0.01, 500, 20),
  /** Largest picture that is taken, megapixels. */
  MAX_MEGAPIXELS: amount("MAX_MEGAPIXELS", 0.1, 1000, 50),
  /** Time that an upload may take to arrive. */
  DOWNLOAD_SECONDS: amount("DOWNLOAD_SECONDS", 0.1, 600, 20),
  /** Long side of results, pixels. */
  RESULT_SIZE: count("RESULT_SIZE", 64, 1024, 512),
  /** Waiting and running jobs of one member. */
  JOBS_PER_USER: count("JOBS_PER_USER", 1, 1000, 3),
  /** Of one server. */
  JOBS_PER_GUILD: count("JOBS_PER_GUILD", 1, 10_000, 30),
  /** Pictures painted at the same time; by default one on each device. */
  CONCURRENCY: whole("CONCURRENCY", 1, 64).optional(),
  /** Time that a cancelled task has before its process is killed. */
  CANCEL_GRACE_SECONDS: amount("CANCEL_GRACE_SECONDS", 0.1, 120, 5),
  /** Longest stage of a job. */
  STAGE_MINUTES: amount("STAGE_MINUTES", 0.05, 1440, 120),
  /** Port for `/live`, `/ready` and `/metrics`; none without. */
  OPS_PORT: z.coerce
    .number({ error: "OPS_PORT must be a number" })
    .int({ error: "OPS_PORT must be a whole number", abort: true })
    .min(1, { error: "OPS_PORT must be at least 1" })
    .max(65_535, { error: "OPS_PORT must be at most 65535" })
    .optional(),
  /** The address that it listens on: this machine's own, unless a container or another machine is to reach it. */
  OPS_HOST: z.string().default("127.0.0.1"),
  /** For gated files of the hub. */
  HF_TOKEN: z.string().optional(),
  /** The hub's address: a mirror. */
  HF_ENDPOINT: url("HF_ENDPOINT", "https://huggingface.co"),
});

/** With what one setting says of another. */
const schema = settings.transform((given, context) => {
  const refuse = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (given.QUEUE_URL !== undefined && given.DATABASE_URL === undefined)
    return refuse(
      "QUEUE_URL needs DATABASE_URL: workers on other machines write what they did into a PostgreSQL database",
    );
  const devices = readDevices(given.DEVICE);
  if (typeof devices === "string") return refuse(`DEVICE ${devices}`);
  const captioning = given.CAPTION_DEVICE === undefined ? null : readCaptionDevice(given.CAPTION_DEVICE, devices);
  if (typeof captioning === "string") return refuse(`CAPTION_DEVICE ${captioning}`);
  return { ...given, CONCURRENCY: given.CONCURRENCY ?? devices.length };
});

/** The settings, checked and with their defaults. */
export type Config = z.infer<typeof schema>;

/** The settings do not hold; one line per fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line each, in words. */
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
