/** Finds out which messages people deleted while nobody listened. */
import { type Client, Routes } from "discord.js";

import type { Store } from "../../store/store.ts";
import type { Surface } from "../../store/surface-repository.ts";
import { discordCode, isMessageGone, isPlaceGone } from "../discord-error.ts";
import { persevere } from "../messages/persevere.ts";

/** Surfaces that are looked up at once in the database. */
const BATCH = 200;
/** Discord's number of an unknown channel. */
const UNKNOWN_CHANNEL = 10_003;
const PAGE = 100;

/**
 * Goes through all results, newest first, one call at a time: one to Discord answers for all messages of a place that are
 * near each other.
 */
export async function* deletedMeanwhile(
  client: Client,
  { surfaces }: Pick<Store, "surfaces">,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (let before: string | null = null; !signal.aborted;) {
    const batch: readonly Surface[] = await surfaces.withResults(before, BATCH);
    if (batch.length === 0) return;
    before = batch.at(-1)!.jobId;
    const byPlace = new Map<string, Map<string, string>>();
    for (const { jobId, threadId, channelId, resultMessageId } of batch) {
      const place = threadId ?? channelId;
      byPlace.set(place, (byPlace.get(place) ?? new Map<string, string>()).set(resultMessageId!, jobId));
    }
    for (const [place, jobs] of byPlace) {
      if (signal.aborted) return;
      for (const id of await goneIn(client, place, [...jobs.keys()])) yield jobs.get(id)!;
    }
  }
}

async function goneIn(client: Client, channelId: string, ids: readonly string[]): Promise<string[]> {
  const gone: string[] = [];
  for (const id of await unseenIn(client, channelId, ids)) {
    // Where the history may not be read, a page is empty: only what is asked for by name is known to be gone.
    const isGone = await persevere(() => client.rest.get(Routes.channelMessage(channelId, id))).then(
      () => false,
      (error: unknown) => isMessageGone(error) || discordCode(error) === UNKNOWN_CHANNEL,
    );
    if (isGone) gone.push(id);
  }
  return gone;
}

async function unseenIn(client: Client, channelId: string, ids: readonly string[]): Promise<string[]> {
  const unseen: string[] = [];
  let left = ids.map(BigInt).toSorted((a, b) => (a < b ? -1 : 1));
  while (left.length > 0) {
    const query = new URLSearchParams({ limit: String(PAGE), after: String(left[0]! - 1n) });
    let page: { readonly id: string }[];
    try {
      page = (await persevere(() => client.rest.get(Routes.channelMessages(channelId), { query }))) as typeof page;
    } catch (error) {
      if (isPlaceGone(error)) return ids.slice();
      throw error;
    }
    const there = new Set(page.map(({ id }) => BigInt(id)));
    const last = [...there].reduce((a, b) => (a > b ? a : b), left[0]!);
    const looked = page.length < PAGE ? left : left.filter((id) => id <= last);
    unseen.push(...looked.filter((id) => !there.has(id)).map(String));
    left = left.slice(looked.length);
  }
  return unseen;
}
