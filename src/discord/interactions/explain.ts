/** From anything thrown to words for the person it happened to. The one place where that is decided. */
import { randomBytes } from "node:crypto";

import { CancelledError, EngineError, UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { discordCode, isPassing, isTooLarge } from "../discord-error.ts";
import { fault } from "../wording/faults.ts";

/** What to say, having logged what people need not see under a number that they can quote. */
export function explain(error: unknown, log: Logger): string {
  if (error instanceof UserError) return error.words;
  if (error instanceof CancelledError) return fault.closing;
  const reference = randomBytes(3).toString("hex");
  log.error({ err: error, reference }, "an interaction failed");
  if (error instanceof EngineError) return error.retryable ? fault.engineBusy : fault.engineBroken(reference);
  if (isTooLarge(error)) return fault.tooLarge;
  if (isPassing(error)) return fault.discordDown;
  const code = discordCode(error);
  return code === null ? fault.unknown(reference) : fault.discord(code, reference);
}
