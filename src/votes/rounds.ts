/** Ballots out of what was recorded: which results stood to be judged, which medals were put and taken. Pure. */
import { groupBy } from "../group-by.ts";
import type { UsedStylePath } from "../painting.ts";
import type { Variant } from "../variant.ts";
import { type Ballot, type Category, derive, type MedalChange, type Place, standing, type Subject } from "./ballot.ts";
import { mayVote, type VoterRules } from "./voters.ts";

/** The results of one pair that are judged against each other: those in one thread, or a blind comparison. */
export interface Round {
  readonly id: string;
  readonly guildId: string;
  /** Channel or thread of its messages. */
  readonly channelId: string;
  /** Content and style. */
  readonly pair: string;
  readonly category: Category;
  readonly blind: boolean;
}

/** One result that stands to be judged. */
export interface Candidate {
  readonly roundId: string;
  readonly messageId: string;
  readonly jobId: string;
  readonly variant: Variant;
  /** What is judged in a comparison of style paths; `null` wherever variants are judged. */
  readonly stylePath: UsedStylePath | null;
  readonly engine: string;
  /** `A`, `B` or `C` in a blind comparison. */
  readonly letter: string | null;
  /** Who asked for it. */
  readonly requesterId: string;
  readonly deleted: boolean;
}

/** What is known of a voter at the moment of a change. */
interface Voter {
  readonly voterId: string;
  /** Unix milliseconds when the account was made. */
  readonly accountAt: number;
  /** `null` when they could not be found out. */
  readonly roles: readonly string[] | null;
}

/** A medal put or taken; `result` is the job's id. */
export interface RecordedChange extends MedalChange, Voter {
  readonly roundId: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Everything ballots are made from. Changes oldest first. */
export interface Study {
  readonly rounds: readonly Round[];
  readonly candidates: readonly Candidate[];
  readonly changes: readonly RecordedChange[];
}

type Rules = (guildId: string) => VoterRules;

/**
 * One ballot per voter and round, of voters whom the rules of the server admit, on variants alone: what people say of style
 * paths never enters the scores of variants.
 *
 * @param rules per server
 */
export const castBallots = (study: Study, rules: Rules): Ballot[] =>
  cast(study, rules, ({ variant, stylePath }) => (stylePath === null ? variant : null));

/** The same of the rounds in which style paths were compared. */
export const castPathBallots = (study: Study, rules: Rules): Ballot<UsedStylePath>[] =>
  cast(study, rules, ({ stylePath }) => stylePath);

/** @param subjectOf what a candidate is judged as; `null` where it is judged as something else */
function cast<S extends Subject>(
  study: Study,
  rules: Rules,
  subjectOf: (candidate: Candidate) => S | null,
): Ballot<S>[] {
  const candidates = groupBy(
    study.candidates.flatMap((candidate) => {
      const subject = subjectOf(candidate);
      return subject === null ? [] : { ...candidate, subject };
    }),
    ({ roundId }) => roundId,
  );
  const changes = groupBy(study.changes, ({ roundId }) => roundId);
  let roles: Map<string, readonly string[]> | undefined;
  return study.rounds.flatMap((round) => {
    const shown = candidates.get(round.id);
    if (!shown) return [];
    const byJob = new Map(shown.map((candidate) => [candidate.jobId, candidate]));
    const admitted = rules(round.guildId);
    if (admitted.requiredRoleId !== null) roles ??= latestRoles(study);
    const voters = groupBy(changes.get(round.id) ?? [], ({ voterId }) => voterId);
    return [...voters].flatMap(([voterId, made]) => {
      const last = made.at(-1)!;
      const known = roles?.get(`${round.guildId}/${voterId}`) ?? last.roles;
      if (!mayVote({ ...last, roles: known }, last.at, admitted)) return [];
      const ballot = castBallot(round, byJob, voterId, made);
      return ballot ? [ballot] : [];
    });
  });
}

function castBallot<S extends Subject>(
  round: Round,
  byJob: ReadonlyMap<string, Candidate & { readonly subject: S }>,
  voter: string,
  changes: readonly RecordedChange[],
): Ballot<S> | null {
  const candidates = [...byJob.values()];
  const { places: held } = derive(standing(changes));
  const places: Partial<Record<Place, S>> = {};
  for (const [place, jobId] of held) {
    const candidate = byJob.get(jobId);
    if (candidate) places[place] = candidate.subject;
  }
  if (Object.keys(places).length === 0) return null;
  const there = candidates.filter(({ deleted, jobId }) => !deleted || [...held.values()].includes(jobId));
  return {
    voter,
    pair: round.pair,
    guild: round.guildId,
    category: round.category,
    engine: there[0]?.engine ?? "",
    own: candidates.some(({ requesterId }) => requesterId === voter),
    at: changes.at(-1)!.at,
    shown: [...new Set(there.map(({ subject }) => subject))],
    results: there.length,
    places,
    positions: round.blind ? positionsOf(there) : null,
  };
}

const positionsOf = <S extends Subject>(
  there: readonly { readonly subject: S; readonly letter: string | null }[],
): NonNullable<Ballot<S>["positions"]> =>
  Object.fromEntries(there.map(({ subject, letter }) => [subject, letter ?? ""])) as Partial<Record<S, string>>;

/** The roles a voter was last seen with, by server and voter. */
function latestRoles({ rounds, changes }: Study): Map<string, readonly string[]> {
  const guilds = new Map(rounds.map(({ id, guildId }) => [id, guildId]));
  const latest = new Map<string, { at: number; roles: readonly string[] }>();
  for (const { roundId, voterId, at, roles } of changes) {
    const key = `${guilds.get(roundId)}/${voterId}`;
    if (roles !== null && at >= (latest.get(key)?.at ?? 0)) latest.set(key, { at, roles });
  }
  return new Map([...latest].map(([key, { roles }]) => [key, roles]));
}
