/** What the bot's process and the engine's process say to each other; checked on both sides of the border. */
import { z } from "zod";

import { type Blend, MOST_STYLES } from "../blend.ts";
import type {
  BlendedTaskStyle,
  DescribeTask,
  EngineInfo,
  EngineNews,
  EnginePicture,
  LearnTask,
  StylizeReply,
  StylizeTask,
} from "../jobs/engine.ts";
import { replySchemas as taskReplies } from "../jobs/reply-schemas.ts";
import { DEVICES, PRECISIONS } from "../onnx/devices.ts";
import { ENGINE_PARTS, MOST_LORAS, SPEEDS, STEP_CACHES, STYLE_PATHS, STYLIZER_IDS } from "../painting.ts";
import { cancelSchema, childMessages, taskId } from "../process/protocol.ts";
import { SAFETY_SETTINGS } from "../safety-setting.ts";
import { VARIANTS } from "../variant.ts";

const step = z.number().nonnegative();
const stylizerId = z.enum(STYLIZER_IDS);
const device = z.enum(DEVICES).exclude(["auto"]);

/** What the engine's process needs to know to build its parts. */
export const partsOptionsSchema = z.object({
  ENGINE: z.enum(["auto", ...STYLIZER_IDS]),
  ENGINE_PARTS: z.enum(ENGINE_PARTS),
  CAPTIONER: z.string(),
  CAPTION_TOKENS: z.number(),
  DATA_DIR: z.string(),
  MODELS_DIR: z.string(),
  MODEL_MEMORY: z.number(),
  CARD_MEMORY: z.number().optional(),
  PRECISION: z.enum(PRECISIONS),
  /** Of the pictures that a card is warmed up with. */
  RESULT_SIZE: z.int().positive().optional(),
  STEP_CACHE: z.enum(STEP_CACHES),
  /** Which safety checker; none where it is left out. */
  SAFETY: z.enum(SAFETY_SETTINGS).optional(),
  /** Of the processor, for an engine that shares it with others; all of them where it is left out. */
  THREADS: z.int().positive().optional(),
  /** Proven to work, or `cpu`. */
  device,
});
export type PartsOptions = z.infer<typeof partsOptionsSchema>;

const pictureSchema = z.object({
  path: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<EnginePicture>;

const describeTaskSchema = z.object({
  image: pictureSchema,
  prompt: z.string().exactOptional(),
  faithful: z.boolean().exactOptional(),
}) satisfies z.ZodType<DescribeTask>;

/** Of one style among several. */
const weight = z.number().gt(0).lt(1);

const blendSchema = z.object({
  weight,
  others: z
    .array(
      z.object({
        picture: pictureSchema,
        description: z.string().nullable(),
        tokenPath: z.string().nullable().exactOptional(),
        weight,
      }),
    )
    .min(1)
    .max(MOST_STYLES - 1)
    .readonly(),
}) satisfies z.ZodType<Blend<BlendedTaskStyle>>;

const stylizeTaskSchema = z.object({
  content: pictureSchema,
  style: pictureSchema,
  variant: z.enum(VARIANTS),
  description: z.string().nullable(),
  ownWords: z.array(z.string()).readonly(),
  settings: z.object({
    strength: z.number().min(0).max(1),
    seed: z.int().min(0).max(0xffff_ffff),
    size: z.int().positive(),
    steps: z.int().positive().nullable(),
    guidance: z.number().nullable(),
    stylePath: z.enum(STYLE_PATHS),
    faithful: z.boolean(),
    keepColors: z.boolean(),
    stepCache: z.enum(STEP_CACHES).exactOptional(),
    speed: z.enum(SPEEDS),
    loras: z
      .array(z.object({ name: z.string(), weight: z.number() }))
      .max(MOST_LORAS)
      .readonly(),
    hd: z.boolean().exactOptional(),
  }),
  tokenPath: z.string().nullable().exactOptional(),
  blend: blendSchema.exactOptional(),
  outputPath: z.string(),
  previewDir: z.string().nullable(),
}) satisfies z.ZodType<StylizeTask>;

const learnTaskSchema = z.object({
  image: pictureSchema,
  description: z.string().nullable(),
  form: z.enum(["vector", "affine"]),
  size: z.int().positive().nullable(),
  maxSteps: z.int().positive().nullable(),
  statePath: z.string(),
  sampleDir: z.string().nullable(),
}) satisfies z.ZodType<LearnTask>;

/** Drop what is kept of pictures. */
const forgetSchema = z.object({ type: z.literal("forget") });
export type ForgetOrder = z.infer<typeof forgetSchema>;

/** From the bot to the engine's process. The first is always `start`. */
export const toChildSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), options: partsOptionsSchema }),
  z.object({ type: z.literal("faces"), task: taskId, image: pictureSchema }),
  z.object({ type: z.literal("safety"), task: taskId, image: pictureSchema }),
  z.object({ type: z.literal("style-vector"), task: taskId, image: pictureSchema }),
  /** `simple`: with the describer without weights, because the other one brought the process down. */
  z.object({ type: z.literal("describe"), task: taskId, describe: describeTaskSchema, simple: z.boolean() }),
  z.object({ type: z.literal("stylize"), task: taskId, stylize: stylizeTaskSchema }),
  z.object({ type: z.literal("learn"), task: taskId, learn: learnTaskSchema }),
  cancelSchema,
  forgetSchema,
]);
type ToChild = z.infer<typeof toChildSchema>;

/** A message that asks for work. */
export type TaskMessage = Extract<ToChild, { readonly type: keyof typeof replySchemas }>;

const infoSchema = z.object({
  stylizer: stylizerId,
  describer: z.string(),
  describerLabel: z.string(),
  styleNetwork: z.string(),
  safetyChecker: z.string().nullable(),
  device: z.string(),
  parallelStages: z.boolean(),
  largestSide: z.int().positive().exactOptional(),
  blends: z.boolean().exactOptional(),
}) satisfies z.ZodType<EngineInfo>;

/** What the engine tells about a task while it works on it. */
const newsSchemas = [
  z.object({ type: z.literal("text"), task: taskId, text: z.string() }),
  z.object({ type: z.literal("progress"), task: taskId, step, steps: step }),
  z.object({ type: z.literal("preview"), task: taskId, path: z.string(), step, steps: step, unsafe: z.boolean() }),
  z.object({ type: z.literal("begun"), task: taskId, size: z.int().positive(), step }),
  z.object({ type: z.literal("look"), task: taskId, step, loss: z.number() }),
] as const satisfies readonly z.ZodType<EngineNews>[];
export type News = z.infer<(typeof newsSchemas)[number]>;

/** From the engine's process to the bot. */
export const fromChildSchema = z.discriminatedUnion("type", [...childMessages(infoSchema), ...newsSchemas]);
export type FromChild = z.infer<typeof fromChildSchema>;

/** The answer to each kind of task. */
export const replySchemas = {
  ...taskReplies,
  stylize: z.object({
    outputPath: z.string(),
    width: z.int().positive(),
    height: z.int().positive(),
    engine: stylizerId,
    steps: step,
    guidance: z.number().nullable(),
    stylePath: z.enum(STYLE_PATHS).exclude(["auto"]).nullable(),
    contours: z.boolean().exactOptional(),
    stepCache: z.enum(STEP_CACHES).exclude(["off"]).nullable().exactOptional(),
    unetRows: z.number().nonnegative().exactOptional(),
  }) satisfies z.ZodType<StylizeReply>,
};
