/** Times the way from recorded medals to every figure of `/scores`. */
import { seededRandom, shuffled } from "../random.ts";
import { VARIANTS } from "../variant.ts";
import { latestPerPair, PLACES } from "../votes/ballot.ts";
import { report } from "../votes/report.ts";
import { castBallots, type Candidate, type RecordedChange, type Round, type Study } from "../votes/rounds.ts";
import { DEFAULT_VOTE_SETTINGS } from "../votes/voters.ts";

const VOTERS = 500;

export interface VotesBench {
  readonly ballots: number;
  readonly changes: number;
  /** From medals to ballots, milliseconds; medians. */
  readonly ballotsMs: number;
  /** From ballots to the table, intervals, strengths and caveats. */
  readonly reportMs: number;
  readonly totalMs: number;
}

/** @param count ballots, each of three medals of which one was moved */
export function benchVotes(count = 10_000, runs = 5): VotesBench {
  const study = makeStudy(count);
  const times = Array.from({ length: runs }, () => {
    const began = performance.now();
    const ballots = latestPerPair(castBallots(study, () => DEFAULT_VOTE_SETTINGS));
    const cast = performance.now();
    const { complete } = report(ballots);
    if (complete !== count) throw new Error(`${complete} complete ballots in place of ${count}`);
    return { ballotsMs: cast - began, reportMs: performance.now() - cast };
  });
  const median = (of: (time: (typeof times)[number]) => number): number =>
    times.map(of).toSorted((a, b) => a - b)[Math.floor(runs / 2)]!;
  return {
    ballots: count,
    changes: study.changes.length,
    ballotsMs: median(({ ballotsMs }) => ballotsMs),
    reportMs: median(({ reportMs }) => reportMs),
    totalMs: median(({ ballotsMs, reportMs }) => ballotsMs + reportMs),
  };
}

function makeStudy(count: number): Study {
  const random = seededRandom(1);
  const rounds: Round[] = [];
  const candidates: Candidate[] = [];
  const changes: RecordedChange[] = [];
  for (let n = 0; n < Math.ceil(count / VOTERS); n++) {
    const id = `round-${n}`;
    const category = n % 2 === 0 ? "face" : "non-face";
    rounds.push({ id, guildId: "guild", channelId: "channel", pair: `pair-${n}`, category, blind: false });
    for (const variant of VARIANTS)
      candidates.push({
        roundId: id,
        messageId: `${id}-${variant}`,
        jobId: `${id}-${variant}`,
        variant,
        stylePath: null,
        engine: "embedded",
        letter: null,
        requesterId: "voter-0",
        deleted: false,
      });
  }
  for (let n = 0; n < count; n++) {
    const { id } = rounds[Math.floor(n / VOTERS)]!;
    const order = shuffled(VARIANTS, random);
    const facts = { roundId: id, voterId: `voter-${n % VOTERS}`, accountAt: 0, roles: [], at: n };
    const moved = { ...facts, result: `${id}-${order[2]!}`, place: 1 } as const;
    changes.push({ ...moved, change: "put" }, { ...moved, change: "taken" });
    for (const [i, place] of PLACES.entries())
      changes.push({ ...facts, result: `${id}-${order[i]!}`, place, change: "put" });
  }
  return { rounds, candidates, changes };
}
