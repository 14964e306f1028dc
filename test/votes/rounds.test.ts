import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { learnFrom } from "../../src/jobs/choose-variant.ts";
import type { Job } from "../../src/jobs/job.ts";
import { seededRandom, shuffled } from "../../src/random.ts";
import { VARIANTS, type Variant } from "../../src/variant.ts";
import { type Ballot, isComplete, latestPerPair, type Medal, missedChanges, PLACES } from "../../src/votes/ballot.ts";
import { LETTERS } from "../../src/votes/comparison.ts";
import { type Candidate, castBallots, type RecordedChange, type Round } from "../../src/votes/rounds.ts";
import { DEFAULT_VOTE_SETTINGS, mayVote } from "../../src/votes/voters.ts";
import { benchVotes } from "../../src/bench/votes.ts";
import { rank } from "./make-ballot.ts";

const DAY = 86_400_000;
const round: Round = { id: "r", guildId: "g", channelId: "c", pair: "p", category: "face", blind: true };
const candidates: Candidate[] = VARIANTS.map((variant, i) => ({
  roundId: "r",
  messageId: `message-${variant}`,
  jobId: variant,
  variant,
  stylePath: null,
  engine: "embedded",
  letter: LETTERS[i]!,
  requesterId: "ada",
  deleted: false,
}));

type Event = Medal & Pick<RecordedChange, "change">;
const recorded = (events: readonly Event[], facts: Partial<RecordedChange> = {}): RecordedChange[] =>
  events.map((event, at) => ({ ...event, roundId: "r", voterId: "grace", accountAt: 0, roles: null, at, ...facts }));
const cast = (changes: readonly RecordedChange[], rules = DEFAULT_VOTE_SETTINGS): Ballot[] =>
  castBallots({ rounds: [round], candidates, changes }, () => rules);

const event = fc.record({
  result: fc.constantFrom(...VARIANTS),
  place: fc.constantFrom(...PLACES),
  change: fc.constantFrom("put" as const, "taken" as const),
});

describe("ballots of a round", () => {
  it("carry variants, letters, and whose pictures they judge", () => {
    const all = PLACES.map((place, i) => ({ result: VARIANTS[i]!, place, change: "put" as const }));
    const [ballot, ...rest] = cast(recorded(all));
    expect(rest).toEqual([]);
    expect(ballot).toMatchObject({
      voter: "grace",
      guild: "g",
      category: "face",
      own: false,
      shown: [...VARIANTS],
      places: { 1: VARIANTS[0], 2: VARIANTS[1], 3: VARIANTS[2] },
      positions: { [VARIANTS[0]]: "A", [VARIANTS[1]]: "B", [VARIANTS[2]]: "C" },
    });
    expect(isComplete(ballot!)).toBe(true);
    expect(cast(recorded(all, { voterId: "ada" }))[0]!.own).toBe(true);
  });

  it("are the same whether every event was heard or only the last state was read", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const shown: Medal[] = [];
        for (const { change, result, place } of events) {
          const at = shown.findIndex((medal) => medal.result === result && medal.place === place);
          if (change === "put" && at < 0) shown.push({ result, place });
          if (change === "taken" && at >= 0) shown.splice(at, 1);
        }
        const heard = cast(recorded(events))[0]?.places ?? {};
        const read = cast(recorded(missedChanges([], shown)))[0]?.places ?? {};
        expect(read).toEqual(heard);
      }),
    );
  });

  it("of young accounts and of people without the role do not count", () => {
    const put = [{ result: "inst", place: 1, change: "put" }] as const;
    const young = { ...DEFAULT_VOTE_SETTINGS, minAccountDays: 7 };
    expect(cast(recorded(put, { accountAt: -6 * DAY }), young)).toEqual([]);
    expect(cast(recorded(put, { accountAt: -8 * DAY }), young)).toHaveLength(1);
    const role = { ...DEFAULT_VOTE_SETTINGS, requiredRoleId: "painter" };
    expect(cast(recorded(put), role)).toEqual([]);
    expect(cast(recorded(put, { roles: ["painter"] }), role)).toHaveLength(1);
    expect(mayVote({ accountAt: 0, roles: ["other"] }, DAY, role)).toBe(false);
  });
});

describe("fairness", () => {
  const put = (result: string, place: 1 | 2 | 3): Event => ({ result, place, change: "put" });
  const taken = (result: string, place: 1 | 2 | 3): Event => ({ result, place, change: "taken" });
  const whole = [put("inst", 1), put("prompt", 2), put("image-prompt", 3)];

  it("gives one ballot to a person who votes twice in a round, and in several", () => {
    const twice = recorded([...whole, put("prompt", 1), put("inst", 2)]);
    expect(cast(twice)).toHaveLength(1);
    expect(cast(twice)[0]!.places).toEqual({ 1: "prompt", 2: "inst", 3: "image-prompt" });
    const again: Round = { ...round, id: "s", channelId: "d" };
    const both = castBallots(
      {
        rounds: [round, again],
        candidates: [...candidates, ...candidates.map((one) => ({ ...one, roundId: "s", jobId: `${one.jobId}-2` }))],
        changes: [
          ...recorded(whole),
          ...recorded(
            whole.map((event) => ({ ...event, result: `${event.result}-2` })),
            { roundId: "s", at: 99 },
          ),
        ],
      },
      () => DEFAULT_VOTE_SETTINGS,
    );
    expect(both).toHaveLength(2);
    expect(latestPerPair(both)).toEqual([both[1]]);
  });

  it("takes the whole ballot back with its medals, and forgets medals on what never stood to be judged", () => {
    expect(cast(recorded([...whole, ...whole.map(({ result, place }) => taken(result, place))]))).toEqual([]);
    expect(cast(recorded([put("elsewhere", 1)]))).toEqual([]);
    expect(cast(recorded([put("elsewhere", 1), put("inst", 2)]))[0]!.places).toEqual({ 2: "inst" });
  });

  it("keeps the ballot of an account that is gone, and of somebody who has left, as it stood", () => {
    expect(cast(recorded(whole, { roles: null }))).toHaveLength(1);
    // Where a role is asked for, the one they were last seen with decides.
    const role = { ...DEFAULT_VOTE_SETTINGS, requiredRoleId: "painter" };
    const left = [...recorded(whole, { roles: ["painter"] }), ...recorded([taken("inst", 1)], { at: 50 })];
    expect(cast(left, role)[0]!.places).toEqual({ 2: "prompt", 3: "image-prompt" });
  });

  it("judges an account by its age when it voted last", () => {
    const week = { ...DEFAULT_VOTE_SETTINGS, minAccountDays: 7 };
    const born = { accountAt: 0 };
    const early = recorded(whole, { ...born, at: 6 * DAY });
    expect(cast(early, week)).toEqual([]);
    expect(cast([...early, ...recorded([put("inst", 2)], { ...born, at: 8 * DAY })], week)).toHaveLength(1);
  });

  it("counts results, where a variant was painted twice, and leaves out those that were deleted unmarked", () => {
    const second: Candidate = { ...candidates[0]!, jobId: "inst-again", messageId: "again" };
    const castAmong = (deleted: boolean) =>
      castBallots(
        { rounds: [round], candidates: [...candidates, { ...second, deleted }], changes: recorded([put("prompt", 1)]) },
        () => DEFAULT_VOTE_SETTINGS,
      )[0]!;
    expect(castAmong(false)).toMatchObject({ results: 4, shown: VARIANTS });
    expect(castAmong(true)).toMatchObject({ results: 3, shown: VARIANTS });
  });
});

describe("a blind order", () => {
  it("is each of the six equally often", () => {
    const random = seededRandom(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(LETTERS, random).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe("what auto takes", () => {
  const job = { request: { guildId: "g" } } as Job;
  const face = { prominent: true, faces: [], source: "detector" } as const;
  const ballots = Array.from({ length: 60 }, (_, i) =>
    rank(["inst", "prompt", "image-prompt"], { voter: `v${i}`, category: "face" }),
  );
  const choose = (settings: { learning: boolean; pinned: Variant | null }, guildId: string | null = "g") =>
    learnFrom({ settings: async () => settings, ballots: async () => ballots }, seededRandom(5))(
      { ...job, request: { ...job.request, guildId } } as Job,
      face,
    );

  it("follows this server's ballots, its pin, or the paper", async () => {
    expect(await choose({ learning: true, pinned: null })).toMatchObject({
      variant: "inst",
      reason: expect.stringContaining("60 ballots of this server") as string,
    });
    expect((await choose({ learning: true, pinned: "image-prompt" })).variant).toBe("image-prompt");
    expect((await choose({ learning: false, pinned: null })).variant).toBe("prompt");
    expect((await choose({ learning: true, pinned: null }, null)).reason).toContain("the paper's voters");
  });
});

describe("the bench of votes", () => {
  it("counts what it made", () => {
    expect(benchVotes(600, 1)).toMatchObject({ ballots: 600, changes: 3000 });
  });
});
