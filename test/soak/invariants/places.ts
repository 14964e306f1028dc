/** Where the bot was not allowed to do its work for a while. */
import type { RequestRecord } from "@atelier/sandbox";

import type { Ledger } from "../ledger.ts";

/**
 * Whether a channel was closed to the bot, or the one that a thread hangs in (a thread has the id of the card above it), or
 * was an archived thread that the bot was not let open again.
 */
export function isClosed(ledger: Ledger, channelId: string): boolean {
  const parent = ledger.find(channelId)?.message.channelId;
  const isOpening = ({ method, path }: RequestRecord): boolean =>
    method === "PATCH" && path === `/channels/${channelId}`;
  if (ledger.refusals(isOpening).length > 0) return true;
  return ledger.closedPlaces.has(channelId) || (parent !== undefined && ledger.closedPlaces.has(parent));
}
