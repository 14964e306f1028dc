/** Tasks as they cross from bots to workers and back. */
import { z } from "zod";

import type { Capability } from "../../../capabilities.ts";
import { type WireError, wireErrorSchema } from "../../../process/wire-error.ts";
import type { EngineNews } from "../../engine.ts";
import type { Lesson, TaskKind } from "../../tasks.ts";

/** Whose work each kind is. */
export const CAPABILITY_OF: Readonly<Record<TaskKind, Capability>> = {
  faces: "caption",
  safety: "caption",
  describe: "caption",
  "style-vector": "caption",
  learn: "learn",
};

/** Lower ones first: somebody may wait for faces and words, nobody for the rest. */
export const PRIORITY_OF: Readonly<Record<TaskKind, number>> = {
  faces: 1,
  safety: 1,
  describe: 2,
  "style-vector": 3,
  learn: 1,
};

const pictureSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const lessonSchema = z.object({
  id: z.string().regex(/^\w{1,64}$/),
  picture: pictureSchema,
  description: z.string().nullable(),
  form: z.enum(["vector", "affine"]),
  size: z.int().positive().nullable(),
  maxSteps: z.int().positive().nullable(),
}) satisfies z.ZodType<Lesson>;

/** What is asked for, as it waits in the queue. `tries`: how often it may be begun by the worker that takes it. */
export const ticketSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["faces", "safety", "describe", "style-vector"]),
    picture: pictureSchema,
    tries: z.int().positive(),
  }),
  z.object({ kind: z.literal("learn"), lesson: lessonSchema }),
]);
export type TaskTicket = z.infer<typeof ticketSchema>;

const step = z.int().nonnegative();

/** As `EngineNews`, but for files: those are bytes. */
const newsSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("progress"), step, steps: step }),
  z.object({ type: z.literal("preview"), step, steps: step, unsafe: z.boolean().default(false) }),
  z.object({ type: z.literal("begun"), size: z.int().positive(), step }),
  z.object({ type: z.literal("look"), step, loss: z.number() }),
]);
export type TaskNews = z.infer<typeof newsSchema>;

/** What a worker tells of a task: news (long words as bytes), or with its end, as bytes, an `Answer`. */
export const toldSchema = z.object({
  task: z.string(),
  news: newsSchema.optional(),
  over: z.literal(true).optional(),
});
export type TaskTold = z.infer<typeof toldSchema>;

/** How a task ended. */
export type Answer = { readonly value: unknown } | { readonly error: WireError };

export const answerSchema = z.union([z.object({ error: wireErrorSchema }), z.object({ value: z.unknown() })]);

/** Nobody wants a task any more. */
export const stopSchema = z.object({ stop: z.string() });
export type StopOrder = z.infer<typeof stopSchema>;

/** News without the file that they are of. */
export const withoutFile = (news: EngineNews): TaskNews =>
  news.type === "preview" ? { type: "preview", step: news.step, steps: news.steps, unsafe: news.unsafe } : news;
