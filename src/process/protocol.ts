/** What every child process and its owner say to each other. Each kind of child adds its tasks and its news. */
import { z } from "zod";

import { wireErrorSchema } from "./wire-error.ts";

export const taskId = z.int().nonnegative();

/** From the owner: stop a task. */
export const cancelSchema = z.object({ type: z.literal("cancel"), task: taskId });

/** From the child. The first is `ready` or `unready`; each task ends with `reply` or `error`. */
export const childMessages = <I extends z.ZodType>(info: I) =>
  [
    z.object({ type: z.literal("ready"), info }),
    z.object({ type: z.literal("unready"), error: wireErrorSchema }),
    z.object({ type: z.literal("reply"), task: taskId, value: z.unknown() }),
    z.object({ type: z.literal("error"), task: taskId, error: wireErrorSchema }),
    z.object({ type: z.literal("log"), level: z.enum(["error", "warn", "info", "debug"]), text: z.string() }),
  ] as const;

/** The same as a type. */
export type ChildMessage<Info> =
  | (Exclude<z.infer<ReturnType<typeof childMessages>[number]>, { readonly type: "ready" }> & { readonly info?: never })
  | { readonly type: "ready"; readonly info: Info };

/** The task a message is about, however broken the rest of it is. */
export function taskOf(message: unknown): number | null {
  const task = typeof message === "object" && message !== null && "task" in message ? message.task : null;
  return typeof task === "number" ? task : null;
}
