/** The ballots that count, derived from what is recorded. */
import { type Ballot, latestPerPair } from "../votes/ballot.ts";
import { castBallots } from "../votes/rounds.ts";
import { DEFAULT_VOTE_SETTINGS, type VoteSettings } from "../votes/voters.ts";
import type { Store } from "./store.ts";

/**
 * One ballot per voter and pair, out of those wanted; each server's own rules say who votes there.
 *
 * @param guildId one server, or `null` for all
 */
export async function loadBallots(
  { votes, voteSettings }: Pick<Store, "votes" | "voteSettings">,
  guildId: string | null,
  wanted: (ballot: Ballot) => boolean = () => true,
): Promise<Ballot[]> {
  const study = await votes.study(guildId);
  const settings = new Map<string, VoteSettings>();
  for (const id of new Set(study.rounds.map((round) => round.guildId))) settings.set(id, await voteSettings.get(id));
  const cast = castBallots(study, (id) => settings.get(id) ?? DEFAULT_VOTE_SETTINGS);
  return latestPerPair(cast.filter(wanted));
}
