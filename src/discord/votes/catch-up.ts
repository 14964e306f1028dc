/** Brings a round up to what Discord shows: medals that were put or taken while nobody listened. */
import { type Client, SnowflakeUtil } from "discord.js";

import type { Logger } from "../../log.ts";
import type { TimedRound, VoteRepository } from "../../store/vote-repository.ts";
import { type Medal, missedChanges, type Place, standing } from "../../votes/ballot.ts";
import type { RecordedChange } from "../../votes/rounds.ts";
import { mayPass } from "../discord-error.ts";
import { readMedals } from "./reactions.ts";

export interface CaughtUp {
  /** Whose medals changed. */
  readonly voters: readonly string[];
  /** Medals of the bot's own that are not there. */
  readonly missing: readonly { readonly messageId: string; readonly places: readonly Place[] }[];
}

export interface CatchUpParts {
  readonly client: Client;
  readonly votes: VoteRepository;
  /** Whether a member was forgotten: medals of before that still show are not put down again. */
  readonly wasForgotten: (userId: string, guildId: string) => Promise<boolean>;
  readonly log: Logger;
}

/** @throws what kept medals from being read, when that may pass */
export async function catchUp(
  round: TimedRound,
  { client, votes, wasForgotten, log }: CatchUpParts,
): Promise<CaughtUp> {
  const known = await votes.changes(round.id);
  const shown = new Map<string, Medal[]>();
  const show = (voterId: string, medal: Medal): void => void shown.set(voterId, [...(shown.get(voterId) ?? []), medal]);
  const messages = new Map<string, string>();
  const missing: { messageId: string; places: readonly Place[] }[] = [];
  const unread = new Set<string>();
  for (const { jobId, messageId, deleted } of await votes.candidates(round.id)) {
    messages.set(jobId, messageId);
    if (deleted) continue;
    try {
      const medals = await readMedals(client, { channelId: round.channelId, messageId });
      if (medals === null) await votes.markDeleted(messageId, Date.now());
      else if (medals.missing.length > 0) missing.push({ messageId, places: medals.missing });
      for (const [place, voters] of medals?.voters ?? [])
        for (const voterId of voters) show(voterId, { result: jobId, place });
    } catch (error) {
      if (mayPass(error)) throw error;
      // A channel that is gone or hidden says nothing about its medals: what is known stays.
      log.info({ err: error, messageId }, "the medals of a message cannot be read");
      unread.add(jobId);
    }
  }
  const changed: string[] = [];
  for (const voterId of new Set([...known.map((change) => change.voterId), ...shown.keys()])) {
    const before = known.filter((change) => change.voterId === voterId);
    const kept = standing(before).filter(({ result }) => unread.has(result));
    const missed = missedChanges(before, [...kept, ...(shown.get(voterId) ?? [])]);
    if (missed.length === 0) continue;
    if (before.length === 0 && (await wasForgotten(voterId, round.guildId))) continue;
    changed.push(voterId);
    const roles = missed.some(({ change }) => change === "put") ? await rolesOf(client, round.guildId, voterId) : null;
    const facts = { roundId: round.id, voterId, accountAt: SnowflakeUtil.timestampFrom(voterId), at: Date.now() };
    for (const change of missed) {
      const recorded: RecordedChange = { ...change, ...facts, roles: change.change === "put" ? roles : null };
      await votes.record(round, messages.get(change.result) ?? "", [recorded]);
    }
  }
  return { voters: changed, missing };
}

/** `null` when the member has left, or cannot be asked for. */
async function rolesOf(client: Client, guildId: string, userId: string): Promise<string[] | null> {
  try {
    const member = await client.guilds.cache.get(guildId)?.members.fetch(userId);
    return member ? [...member.roles.cache.keys()] : null;
  } catch {
    return null;
  }
}
