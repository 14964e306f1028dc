/** Errors as they cross the border between the processes. */
import { z } from "zod";

import { CancelledError, EngineError, messageOf, UserError } from "../errors.ts";
import { isSentence, type Saying } from "../words/say.ts";

/** A sentence, as another version of the program may name it. */
interface WireSaying {
  readonly sentence: string;
  readonly values?: Readonly<Record<string, WireValue>> | undefined;
}

type WireValue = string | number | { readonly anyOf: readonly string[] } | WireSaying;

const anyOf = z.object({ anyOf: z.array(z.string()) });

const wireSaying: z.ZodType<WireSaying> = z.lazy(() =>
  z.object({
    sentence: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.number(), anyOf, wireSaying])).optional(),
  }),
);

export const wireErrorSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user"), identifier: z.string(), message: z.string(), saying: wireSaying.optional() }),
  z.object({ kind: z.literal("engine"), retryable: z.boolean(), message: z.string() }),
  z.object({ kind: z.literal("cancelled") }),
]);
export type WireError = z.infer<typeof wireErrorSchema>;

/** What nobody foresaw would happen again with the same pictures: it is not retryable. */
export function toWire(error: unknown): WireError {
  if (error instanceof CancelledError) return { kind: "cancelled" };
  if (error instanceof UserError) {
    const { identifier, message, saying } = error;
    return { kind: "user", identifier, message, ...(typeof saying === "string" ? {} : { saying }) };
  }
  const retryable = error instanceof EngineError && error.retryable;
  return { kind: "engine", retryable, message: messageOf(error) };
}

export function fromWire(error: WireError): UserError | EngineError | CancelledError {
  if (error.kind === "cancelled") return new CancelledError();
  if (error.kind === "user")
    return new UserError(error.identifier, error.saying && isKnown(error.saying) ? error.saying : error.message);
  return new EngineError(error.message, { retryable: error.retryable });
}

/** Whether this version of the program has the sentence, and those within it. */
const isKnown = (saying: WireSaying): saying is Saying =>
  isSentence(saying.sentence) &&
  Object.values(saying.values ?? {}).every((value) => typeof value !== "object" || "anyOf" in value || isKnown(value));
