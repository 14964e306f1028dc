/**
 * Judges the embedded engine's pictures: paints pairs by one side or two, lays them out blind and measures them. Whoever
 * changes the engine compares with the commit before, and looks.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../errors.ts";
import { readStoredPicture } from "../images/decode.ts";
import { rgbToOklab } from "../images/oklab.ts";
import type { PlanarImage } from "../images/plane.ts";
import { sourcesHere, sourcesOf } from "./engine-sources.ts";
import { GivenPictures } from "./given-pictures.ts";
import { readMarks, reveal, type Revealed } from "./marks.ts";
import { measured, type Measured } from "./measures/index.ts";
import { LADDER, ladderOf, type Ladder } from "./measures/strength-ladder.ts";
import { paintMissing, type Painted } from "./paint-missing.ts";
import { pickPairs, type Pair } from "./pairs.ts";
import { picturesIn, readPicture, type PictureFile } from "./picture-folder.ts";
import { keyOfSheets, writeSheets, type Key } from "./sheets.ts";
import { askedWith, type Asked, type Order, type Side } from "./side.ts";
import { tableOf, type Row } from "./table.ts";

export interface JudgeOptions {
  /** Folders of pictures. */
  readonly contents: string;
  readonly styles: string;
  /** How many pairs, at most all. */
  readonly pairs: number;
  /** Folder for everything that is written. */
  readonly out: string;
  /** Picks the pairs, shuffles the sides and seeds the engine. */
  readonly seed: number;
  readonly asked: Omit<Asked, "settings"> & { readonly settings: { readonly size: number; readonly strength: number } };
  /** The other side: what a commit paints, or this checkout with settings of `KEY=VALUE`; none: one side only. */
  readonly against?: string;
  readonly with?: readonly string[];
  /** Pairs that are painted at all strengths. */
  readonly ladders: number;
  /** Pairs on a contact sheet. */
  readonly perSheet: number;
}

export interface Judgement {
  readonly sides: readonly string[];
  readonly table: readonly Row[];
  readonly ladders: readonly {
    readonly content: string;
    readonly style: string;
    /** By side. */
    readonly sides: readonly Ladder[];
  }[];
  /** Every pair with its measures by side. */
  readonly pairs: readonly {
    readonly number: number;
    readonly content: string;
    readonly style: string;
    readonly sides: readonly Measured[];
  }[];
  /** Paths of the sheets. */
  readonly sheets: readonly string[];
}

export interface JudgeHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** @throws UserError for folders, commits and settings that cannot be used; EngineError; CancelledError */
export async function judge(options: JudgeOptions, hooks: JudgeHooks = {}): Promise<Judgement> {
  const { contents, styles, out, seed } = options;
  const [contentFiles, styleFiles] = [await picturesIn(contents, "content"), await picturesIn(styles, "style")];
  const most = contentFiles.length * styleFiles.length;
  if (options.pairs > most)
    throw new UserError(
      "too-many-pairs",
      `These folders make ${most} pairs, fewer than the ${options.pairs} asked for.`,
    );
  const sides = await sidesOf(options);
  const pairs = pickPairs(contentFiles, styleFiles, options.pairs, seed);
  const pictures = path.join(out, "pictures");
  await mkdir(pictures, { recursive: true });

  const climbed = pairs.slice(0, options.ladders);
  const painted: Painted[][] = [];
  const rungs: Painted[][] = [];
  for (const { name, sources, variant, settings } of sides) {
    const orders = pairs.map((pair): Order => ({ pair, variant, settings }));
    const climbs = climbed.flatMap((pair) =>
      LADDER.map((strength): Order => ({ pair, variant, settings: { ...settings, strength } })),
    );
    const all = await paintMissing(sources, [...orders, ...climbs], pictures, {
      ...(hooks.signal && { signal: hooks.signal }),
      onPainted: (done, missing) => hooks.onProgress?.(done, missing, `Painting, ${name}`),
    });
    painted.push(all.slice(0, pairs.length));
    rungs.push(all.slice(pairs.length));
  }

  const names = pairs.map(({ content, style }) => ({ content: content.name, style: style.name }));
  const about = sides.map(({ name, sources, variant, settings }) => ({
    name,
    fingerprint: JSON.stringify([sources.fingerprint, variant, settings]),
  }));
  const key = keyOfSheets(about, names, seed);
  await writeFile(path.join(out, "key.json"), JSON.stringify(key, null, 1));
  const sheets = await writeSheets(out, key, options.perSheet, async (i) => ({
    ...(await readPair(pairs[i]!)),
    results: await Promise.all(painted.map((list) => readStoredPicture(list[i]!.file))),
  }));

  const given = new GivenPictures();
  const measures: Measured[][] = sides.map(() => []);
  for (const [i, pair] of pairs.entries()) {
    hooks.signal?.throwIfAborted();
    hooks.onProgress?.(i, pairs.length, "Measuring");
    const { faces, from } = await given.faces(pair.content);
    for (const [side, list] of painted.entries()) {
      const { file, seconds, cpuSeconds } = list[i]!;
      const result = await readResult(file);
      const content = await given.content(pair.content, result);
      const style = await given.style(pair.style, Math.max(result.width, result.height));
      measures[side]!.push({ ...measured({ result, content, style }, faces, from), seconds, cpuSeconds });
    }
  }
  const judgement: Judgement = {
    sides: key.sides,
    table: tableOf(measures),
    ladders: await laddersOf(climbed, rungs, given),
    pairs: names.map((pair, i) => ({ number: i + 1, ...pair, sides: measures.map((list) => list[i]!) })),
    sheets,
  };
  await writeFile(path.join(out, "measures.json"), JSON.stringify(judgement, null, 1));
  return judgement;
}

/**
 * Opens the key of the sheets in a folder.
 *
 * @param kinds of styles, by their names
 * @throws UserError where the folder has no sheets, or the marks are not of these
 */
export async function openKey(out: string, marksFile: string, kinds: ReadonlyMap<string, string>): Promise<Revealed> {
  const text = await readFile(path.join(out, "key.json"), "utf8").catch((error: unknown) => {
    throw new UserError("no-sheets", `There are no sheets in ${out} yet: run without --marks first.`, { cause: error });
  });
  const key = JSON.parse(text) as Key;
  return reveal(key, await readMarks(marksFile, key), (style) => kinds.get(style) ?? "other");
}

async function sidesOf({ seed, asked, against, with: changes }: JudgeOptions): Promise<Side[]> {
  const here = await sourcesHere();
  const usual: Asked = { variant: asked.variant, settings: { ...asked.settings, seed } };
  const first: Side = { name: here.name, sources: here, ...usual };
  if (against !== undefined) {
    const sources = await sourcesOf(against);
    return [first, { name: sources.name, sources, ...usual }];
  }
  if (!changes || changes.length === 0) return [first];
  return [first, { name: `with ${changes.join(", ")}`, sources: here, ...askedWith(usual, changes) }];
}

async function readPair({ content, style }: Pair<PictureFile>) {
  return { content: await readPicture(content, "content"), style: await readPicture(style, "style") };
}

const readResult = async (file: string): Promise<PlanarImage> => rgbToOklab(await readStoredPicture(file));

/** @param rungs by side, pair after pair, each at every strength of the ladder */
async function laddersOf(
  pairs: readonly Pair<PictureFile>[],
  rungs: readonly (readonly Painted[])[],
  given: GivenPictures,
): Promise<Judgement["ladders"]> {
  const ladders: Judgement["ladders"][number][] = [];
  for (const [i, pair] of pairs.entries()) {
    const sides: Ladder[] = [];
    for (const all of rungs) {
      const own = all.slice(i * LADDER.length, (i + 1) * LADDER.length);
      const results = await Promise.all(own.map(({ file }) => readResult(file)));
      const content = await given.content(pair.content, results[0]!);
      sides.push(ladderOf(results.map((result) => ({ result, content }))));
    }
    ladders.push({ content: pair.content.name, style: pair.style.name, sides });
  }
  return ladders;
}
