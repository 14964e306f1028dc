/** Which variant `auto` takes: the paper's finding, and what a server's ballots make of it. */
import type { Random } from "../random.ts";
import type { Variant } from "../variant.ts";
import type { Ballot, Category } from "../votes/ballot.ts";
import { chooseByVotes, paperChoice } from "../votes/chooser.ts";
import type { VoteSettings } from "../votes/voters.ts";
import { inEnglish } from "../words/say.ts";
import { type Job, serverOf } from "./job.ts";
import type { FaceVerdict } from "./repositories.ts";

interface ChosenVariant {
  readonly variant: Variant;
  /** Completes the sentence "chosen because …", for people: English, to be retold (`variant.`). */
  readonly reason: string;
}

/** @param face `null` when it could not be found out */
export type ChooseVariant = (job: Job, face: FaceVerdict | null) => ChosenVariant | Promise<ChosenVariant>;

const categoryOf = (face: FaceVerdict | null): Category | null => face && (face.prominent ? "face" : "non-face");

/** The paper's finding: people prefer the description alone where there is a prominent face, else both together. */
export const choosePaperVariant: ChooseVariant = (_job, face) => paperChoice(categoryOf(face));

/** What a server has decided and preferred, as a port. */
export interface ServerPreferences {
  readonly settings: (guildId: string) => Promise<Pick<VoteSettings, "learning" | "pinned">>;
  /** Ballots of a server that count, one per voter and pair. */
  readonly ballots: (guildId: string) => Promise<readonly Ballot[]>;
}

/** Begins at the paper's finding and moves to what the server prefers, unless it has turned that off or pinned a variant. */
export function learnFrom({ settings, ballots }: ServerPreferences, random: Random = Math.random): ChooseVariant {
  return async (job, face) => {
    const guildId = serverOf(job.request);
    if (guildId === null) return choosePaperVariant(job, face);
    const { learning, pinned } = await settings(guildId);
    if (pinned !== null) {
      const values = { variant: { sentence: `variant.${pinned}` } } as const;
      return { variant: pinned, reason: inEnglish({ sentence: "variant.reason.pinned", values }) };
    }
    const category = categoryOf(face);
    if (!learning || category === null) return choosePaperVariant(job, face);
    const cast = await ballots(guildId);
    return chooseByVotes(
      cast.filter((ballot) => ballot.category === category),
      category,
      random,
    );
  };
}
