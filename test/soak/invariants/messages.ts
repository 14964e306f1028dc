/** Nothing is said twice, and nobody is left "thinking". */
import type { RequestRecord } from "@atelier/sandbox";

import type { Entry } from "../ledger.ts";
import { isClosed } from "./places.ts";
import type { Invariant } from "./evidence.ts";

const LOADING = 1 << 7;
/** A command may be under way for so long. */
const FORGOTTEN_MS = 10_000;
const TOKEN_LIFETIME_MS = 15 * 60_000;
/** As often as one message may be made anew where it moves or grows too old. */
const MOST_GENERATIONS = 3;

/**
 * One nonce, one message: a second one only after the first was taken away, or its place refused. What one person alone
 * sees may come twice: discord.js repeats what it got no answer to, and follow-ups have no memory for nonces.
 */
export const nothingIsPostedTwice: Invariant = ({ ledger }) => {
  const byNonce = new Map<string, Entry[]>();
  for (const entry of ledger.entries) {
    const { nonce, ephemeralFor } = entry.message;
    if (nonce !== null && ephemeralFor === null)
      byNonce.set(String(nonce), [...(byNonce.get(String(nonce)) ?? []), entry]);
  }
  return [...byNonce].flatMap(([nonce, entries]) => {
    const twice = entries.some(({ madeAt }, i) => i > 0 && (entries[i - 1]!.deletedAt ?? Infinity) > madeAt);
    if (!twice) return [];
    const moved = ledger.refusals(
      ({ body }: RequestRecord) => typeof body === "object" && body !== null && "nonce" in body && body.nonce === nonce,
    );
    if (moved.length > 0 || entries.some(({ message }) => isClosed(ledger, message.channelId))) return [];
    return [
      `posted ${entries.length} times: ${entries.map(({ message }) => `${message.channelId}/${message.id}`).join(", ")}`,
    ];
  });
};

/** A message that is made again and again gets nonces that begin alike. */
export const nothingIsPostedWithoutEnd: Invariant = ({ ledger }) => {
  const made = new Map<string, number>();
  for (const { message } of ledger.entries)
    if (message.nonce !== null && message.ephemeralFor === null) {
      const stem = String(message.nonce).slice(0, 22);
      made.set(stem, (made.get(stem) ?? 0) + 1);
    }
  return [...made]
    .filter(([, times]) => times > MOST_GENERATIONS)
    .map(([stem, times]) => `made ${times} times: nonce ${stem}…`);
};

/** Whoever was acknowledged hears something. An answer that Discord did not take in time is excused. */
export const everybodyIsAnswered: Invariant = ({ ledger, discord, records, disk, keeper }) => {
  // A bot that dies while the disk is full could not write down to whom it owed an answer.
  const isForgotten = (at: number): boolean =>
    disk?.wasFull(at, at + FORGOTTEN_MS) === true && keeper.ends.some((end) => end >= at && end <= at + FORGOTTEN_MS);

  const cards = new Set([
    ...records.surfaces.map(({ card_message_id: id }) => id),
    ...records.comparisons.map(({ card_message_id: id }) => id),
    ...records.learnings.map(({ card_message_id: id }) => id),
  ]);
  return ledger.asked.flatMap(({ who, what, call, at }) => {
    const { interaction } = call;
    if (!interaction.acknowledged || isForgotten(at)) return [];
    const { originalId, token, id } = interaction;
    const original = ledger.find(originalId);
    const asked = `${who} ${what} (${id})`;
    const age = discord.now - interaction.createdAt;
    const isVoid = age > TOKEN_LIFETIME_MS || ledger.refusals(({ path }) => path.includes(token)).length > 0;
    if (!original) return [];
    if (!ledger.isGone(original)) {
      const { flags } = original.message;
      const isThinking = (flags & LOADING) !== 0;
      return isThinking && !(isVoid && !cards.has(originalId)) ? [`${asked} is left thinking`] : [];
    }
    const takenBack = discord.requests.some(
      ({ method, path, status }) => method === "DELETE" && path.includes(token) && (status === 204 || status === 0),
    );
    const whispered = ledger.entries.some(
      ({ message }) => message.interaction?.["id"] === id && message.id !== originalId,
    );
    return takenBack && !whispered && !isVoid ? [`${asked} heard nothing: the answer was taken back`] : [];
  });
};
