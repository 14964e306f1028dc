/** Ballots to and from files: anonymised, and enough to compute every figure again. */
import { createHmac } from "node:crypto";

import { z } from "zod";

import { UserError } from "../errors.ts";
import { VARIANTS } from "../variant.ts";
import { type Ballot, latestPerPair, type Subject } from "./ballot.ts";

const variant = z.enum(VARIANTS);
const row = z.object({
  voter: z.string(),
  pair: z.string(),
  guild: z.string(),
  category: z.enum(["face", "non-face"]),
  engine: z.string(),
  own: z.boolean(),
  at: z.number(),
  shown: z.array(variant),
  /** Exports made before it was recorded took every round for one of three. */
  results: z.number().int().positive().default(VARIANTS.length),
  places: z.object({ 1: variant.optional(), 2: variant.optional(), 3: variant.optional() }),
  positions: z.partialRecord(variant, z.string()).nullable(),
});
const file = z.object({ format: z.literal("atelier-ballots"), version: z.literal(1), ballots: z.array(row) });

const DAY_MS = 86_400_000;

/** A moment as files tell it: the day (UTC), Unix milliseconds. */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;

/** What stands for a person, a server or a pair in files: keyed by the salt, so that nobody without it can tell who it is. */
export const hiddenId = (salt: string, kind: "voter" | "guild" | "pair", id: string): string =>
  createHmac("sha256", salt).update(`${kind}:${id}`).digest("hex").slice(0, 16);

/**
 * Replaces voters, servers and pairs by keyed hashes, and moments by their day (UTC). The same salt gives the same ids, so
 * that exports of one installation can be joined. Without the salt nobody can tell whose a ballot is; who has a picture
 * cannot find its pair, nor who saw a medal being put its ballot.
 *
 * What an export does reveal: how many people, servers and pairs there are, which ballots are by the same person, in the
 * same server and on the same pair, on which days, with which engine, whether the picture shows a face, and which
 * ballots are by somebody who judged pictures of their own. Among very few people that can be enough to recognise one.
 */
export function anonymise<S extends Subject>(ballots: readonly Ballot<S>[], salt: string): Ballot<S>[] {
  const hidden = ballots.map((ballot) => ({
    ...ballot,
    voter: hiddenId(salt, "voter", ballot.voter),
    guild: hiddenId(salt, "guild", ballot.guild),
    pair: hiddenId(salt, "pair", ballot.pair),
    at: dayOf(ballot.at),
  }));
  // In an order of their own: that of the rows as they were recorded would tell more than the day.
  const key = ({ pair, voter, at }: Ballot<S>): string => `${pair}/${voter}/${at}`;
  return hidden.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

export const toJson = (ballots: readonly Ballot[]): string =>
  `${JSON.stringify({ format: "atelier-ballots", version: 1, ballots }, null, 1)}\n`;

const COLUMNS = [
  "voter",
  "pair",
  "guild",
  "category",
  "engine",
  "own",
  "at",
  "first",
  "second",
  "third",
  "shown",
  "results",
  "positions",
];

/** One line per ballot; no field needs quoting. */
export function toCsv<S extends Subject>(ballots: readonly Ballot<S>[]): string {
  const lines = ballots.map((b) => {
    const positions = Object.entries<string | undefined>(b.positions ?? {}).map(
      ([name, letter]) => `${letter ?? ""}:${name}`,
    );
    const places = [b.places[1] ?? "", b.places[2] ?? "", b.places[3] ?? ""];
    return [
      b.voter,
      b.pair,
      b.guild,
      b.category,
      b.engine,
      b.own,
      b.at,
      ...places,
      b.shown.join("|"),
      b.results,
      positions.join("|"),
    ];
  });
  return `${[COLUMNS, ...lines].map((cells) => cells.join(",")).join("\n")}\n`;
}

/**
 * The ballots that count in a file, which may be several exports put together.
 *
 * @throws UserError when the text is not an export of ballots, or breaks off
 */
export function fromJson(text: string): Ballot[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError("ballots-not-json", "This is not a ballot export: it is not JSON, or it breaks off.", {
      cause: error,
    });
  }
  const parsed = file.safeParse(value);
  if (!parsed.success)
    throw new UserError(
      "ballots-invalid",
      `This is not a ballot export: ${z.prettifyError(parsed.error).split("\n")[0]}`,
    );
  return latestPerPair(parsed.data.ballots as Ballot[]);
}
