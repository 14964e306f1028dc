/** What the manager and a shard's process tell each other, beside what discord.js does. */
import { z } from "zod";

/** From a shard: it asks whether it may identify. */
export const askSchema = z.object({ mayIdentify: z.number().int() });
export type Ask = z.infer<typeof askSchema>;

/** From the manager: it may, to the question of this number; or it is to close. */
export const answerSchema = z.union([z.object({ identify: z.number().int() }), z.object({ close: z.literal(true) })]);
export type Answer = z.infer<typeof answerSchema>;
