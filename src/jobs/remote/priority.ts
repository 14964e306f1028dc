/** A turn of the fair order as a priority of the queue's server. */
import { LOWEST_PRIORITY } from "./exchange.ts";

/** Lower turns first; counted from the base, since there are two million numbers for them. */
export const priorityOf = (turn: number, base: number): number =>
  Math.min(LOWEST_PRIORITY, Math.max(0, Math.floor(turn - base)) + 1);
