/** Where the bot was not allowed to do its work for a while. */
import type { Ledger } from "../ledger.ts";

/** Whether a channel was closed to the bot, or the one that a thread hangs in: a thread has the id of the card above it. */
export function isClosed(ledger: Ledger, channelId: string): boolean {
  const parent = ledger.find(channelId)?.message.channelId;
  return ledger.closedPlaces.has(channelId) || (parent !== undefined && ledger.closedPlaces.has(parent));
}
