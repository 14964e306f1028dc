/** The ballots that count, derived from what is recorded. */
import { type ChooseVariant, learnFrom } from "../jobs/choose-variant.ts";
import { type Ballot, latestPerPair } from "../votes/ballot.ts";
import { latestPathBallots, type PathBallot } from "../votes/paths.ts";
import { castBallots, castPathBallots } from "../votes/rounds.ts";
import { DEFAULT_VOTE_SETTINGS, type VoteSettings } from "../votes/voters.ts";
import type { Store } from "./store.ts";

/** Ballots that count: on variants, and apart from them on style paths. */
export interface Ballots {
  readonly variants: readonly Ballot[];
  readonly paths: readonly PathBallot[];
}

/** What of a ballot says whether it is wanted. */
export type Wanted = (ballot: Pick<Ballot, "category" | "engine" | "at">) => boolean;

/**
 * One ballot per voter and pair, out of those wanted; each server's own rules say who votes there.
 *
 * @param guildId one server, or `null` for all
 */
export async function loadAllBallots(
  { votes, voteSettings }: Pick<Store, "votes" | "voteSettings">,
  guildId: string | null,
  wanted: Wanted = () => true,
): Promise<Ballots> {
  const study = await votes.study(guildId);
  const settings = new Map<string, VoteSettings>();
  for (const id of new Set(study.rounds.map((round) => round.guildId))) settings.set(id, await voteSettings.get(id));
  const rules = (id: string): VoteSettings => settings.get(id) ?? DEFAULT_VOTE_SETTINGS;
  return {
    variants: latestPerPair(castBallots(study, rules).filter(wanted)),
    paths: latestPathBallots(castPathBallots(study, rules).filter(wanted)),
  };
}

/** The same of variants alone, as choosing one learns from them. */
const loadBallots = async (store: Parameters<typeof loadAllBallots>[0], guildId: string): Promise<readonly Ballot[]> =>
  (await loadAllBallots(store, guildId)).variants;

/** What `variant: auto` takes: as each server's members like it. */
export const chooseByVotes = (store: Parameters<typeof loadAllBallots>[0]): ChooseVariant =>
  learnFrom({
    settings: (guildId) => store.voteSettings.get(guildId),
    ballots: (guildId) => loadBallots(store, guildId),
  });
