/** What the bot's process and a reader's process say to each other; checked on both sides of the border. */
import { z } from "zod";

import { cancelSchema, childMessages, taskId } from "../process/protocol.ts";
import { aboutSchema } from "../stylize/diffusion/token-file.ts";

/** A picture somebody sent. */
const pictureTaskSchema = z.object({
  /** File as it was sent. */
  source: z.string(),
  /** Where it is written as the PNG that the store keeps. */
  target: z.string(),
  role: z.enum(["content", "style"]),
  maxBytes: z.number().positive(),
  maxPixels: z.number().positive(),
});
export type PictureTask = z.infer<typeof pictureTaskSchema>;

/** A learned style somebody sent. */
const tokenTaskSchema = z.object({
  source: z.string(),
  /** Where it is written as Atelier writes such files. */
  target: z.string(),
  /** What people call it. */
  name: z.string(),
});
export type TokenTask = z.infer<typeof tokenTaskSchema>;

/** From the bot to a reader's process. The first is always `start`. */
export const toReaderSchema = z.discriminatedUnion("type", [
  /** `memoryBytes`: what the process may hold. */
  z.object({ type: z.literal("start"), options: z.object({ memoryBytes: z.number().positive() }) }),
  z.object({ type: z.literal("picture"), task: taskId, picture: pictureTaskSchema }),
  z.object({ type: z.literal("token"), task: taskId, token: tokenTaskSchema }),
  cancelSchema,
]);

/** A message that asks for work. */
export type ReaderTask = Extract<z.infer<typeof toReaderSchema>, { readonly type: "picture" | "token" }>;

const infoSchema = z.object({});
export type ReaderInfo = z.infer<typeof infoSchema>;

/** The last word of a process: a task takes more memory than it may. */
const fullSchema = z.object({ type: z.literal("full"), task: taskId });
export type Full = z.infer<typeof fullSchema>;

/** From a reader's process to the bot. */
export const fromReaderSchema = z.discriminatedUnion("type", [...childMessages(infoSchema), fullSchema]);

/** The answer to each kind of task; the file itself is in `target`. */
export const pictureReplySchema = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  /** What was done to it that its owner would want to know. */
  notes: z.array(z.string()),
});
export type PictureReply = z.infer<typeof pictureReplySchema>;

export const tokenReplySchema = z.object({ vectors: z.int().positive(), about: aboutSchema });
export type TokenReply = z.infer<typeof tokenReplySchema>;
