/** A turn of the fair order, as the queue's server and as workers are told of it. */
import { isBackgroundTurn } from "../background.ts";
import { LOWEST_PRIORITY } from "./exchange.ts";
import type { PaintTicket } from "./paint-work.ts";

/** Lower turns first; counted from the base, since there are two million numbers for them. */
export const priorityOf = (turn: number, base: number): number =>
  Math.min(LOWEST_PRIORITY, Math.max(0, Math.floor(turn - base)) + 1);

/** In the background there is no turn that workers could note as begun: of one of an earlier version, everybody's would follow it. */
export const ticketOf = (turn: number): PaintTicket => ({ turn: isBackgroundTurn(turn) ? 0 : turn });
