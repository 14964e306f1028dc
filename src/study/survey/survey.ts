/** A study as people in a server take part in it: pairs of a finished run, each person's share of them, their rankings. */
import type { Variant } from "../../variant.ts";
import type { Answer } from "../flags.ts";

/** The untouched content, where it stands among what is ranked: whoever puts it first was not looking. */
export const UNTOUCHED = "untouched";

/** What may stand among what is ranked: of three pictures at most one is no variant. */
export type Ranked = Variant | typeof UNTOUCHED;

/** `painting`: nobody is invited yet; `open`: people take part; `closing`: nobody does any more, and its message is to show the result; `closed`: it shows it. */
type SurveyState = "painting" | "open" | "closing" | "closed";

export interface Survey {
  readonly id: string;
  readonly guildId: string;
  /** Where it invites, and the message that does so. */
  readonly channelId: string;
  readonly messageId: string;
  /** Who began it; empty when they were forgotten. */
  readonly userId: string;
  /** Name of the run whose pictures these are, or of the study where they are painted for it. */
  readonly run: string;
  /** Whether they are painted for it, of what its beginner gave. */
  readonly made: boolean;
  readonly state: SurveyState;
  /** Pairs that one person is shown. */
  readonly each: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly closesAt: number;
  /** It closes earlier once the widest interval of a mean is no wider than this, points; `null`: by date alone. */
  readonly closesWidth: number | null;
  /** `null` while it is open. */
  readonly closedAt: number | null;
  readonly report: SurveyReport | null;
}

/** A report that was posted. */
export interface SurveyReport {
  readonly channelId: string;
  readonly messageId: string;
  /** Of the rankings that it was made of (`rankingsHash`). */
  readonly of: string;
  /** Whether it says that there are others by now. */
  readonly marked: boolean;
}

export interface SurveyPair {
  /** From 0. */
  readonly number: number;
  readonly content: NamedPicture;
  readonly style: NamedPicture;
  /** Whether the content shows a face; `null`: nobody looked. */
  readonly face: boolean | null;
  /** Hashes of the pictures, by variant; while it is painted, of those that are there. */
  readonly pictures: Readonly<Record<Variant, string>>;
}

/** A picture of a study that is still to be painted. */
export interface UnpaintedPicture {
  readonly number: number;
  readonly variant: Variant;
  readonly content: StoredSource;
  readonly style: StoredSource;
  /** `null`: nobody was asked to paint it. */
  readonly jobId: string | null;
  /** Why it cannot be painted, in words for people, empty where somebody stopped it; `null`: it may be. */
  readonly failure: string | null;
}

interface StoredSource extends NamedPicture {
  readonly width: number;
  readonly height: number;
}

/** A stored picture, and what it is called in the run. */
interface NamedPicture {
  readonly sha256: string;
  readonly name: string;
}

/** What one person is shown at once. */
export interface Showing {
  /** From 0: the person's how manieth. */
  readonly position: number;
  readonly pair: number;
  /** In the order of A, B and C; in a check two variants and `UNTOUCHED`. */
  readonly order: readonly Ranked[];
}

/** A showing that was answered. */
export interface Ranking extends Showing {
  readonly userId: string;
  /** The same as `order`, the best first. */
  readonly ranking: readonly Ranked[];
  /** From the first sight of it to the last press. */
  readonly seconds: number;
  /** Unix milliseconds. */
  readonly at: number;
}

export const isCheck = ({ order }: Pick<Showing, "order">): boolean => order.includes(UNTOUCHED);

/** Who takes the picture that nobody painted for the best repainted one did not look. */
export const answerOf = (ranking: Ranking): Answer => ({
  seconds: ranking.seconds,
  at: ranking.at,
  check: isCheck(ranking) ? (ranking.ranking[0] === UNTOUCHED ? "failed" : "passed") : "none",
});
