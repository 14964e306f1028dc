/** Errors as they cross the border between the processes. */
import { z } from "zod";

import { CancelledError, EngineError, messageOf, UserError } from "../errors.ts";

export const wireErrorSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user"), identifier: z.string(), message: z.string() }),
  z.object({ kind: z.literal("engine"), retryable: z.boolean(), message: z.string() }),
  z.object({ kind: z.literal("cancelled") }),
]);
export type WireError = z.infer<typeof wireErrorSchema>;

/** What nobody foresaw would happen again with the same pictures: it is not retryable. */
export function toWire(error: unknown): WireError {
  if (error instanceof CancelledError) return { kind: "cancelled" };
  if (error instanceof UserError) return { kind: "user", identifier: error.identifier, message: error.message };
  const retryable = error instanceof EngineError && error.retryable;
  return { kind: "engine", retryable, message: messageOf(error) };
}

export function fromWire(error: WireError): UserError | EngineError | CancelledError {
  if (error.kind === "cancelled") return new CancelledError();
  if (error.kind === "user") return new UserError(error.identifier, error.message);
  return new EngineError(error.message, { retryable: error.retryable });
}
