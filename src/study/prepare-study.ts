/** All that can be said of a study before anything is written: its pictures, whether it is the same as before, room. */
import path from "node:path";

import { expectRoom, freeBytes } from "../checkpoints/disk.ts";
import { UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import type { DecodeLimits } from "../images/decode.ts";
import { pickPairs, type Pair } from "../judge/pairs.ts";
import { type Candidate, type CandidateChoice, candidatesOf } from "./candidates.ts";
import { type Manifest, readManifest, type Source } from "./manifest.ts";
import { type PlannedPicture, placesOf } from "./places.ts";
import { readSources, type Sources } from "./sources.ts";

/** What people ask for. */
export interface StudyOrder extends CandidateChoice {
  /** Folders. */
  readonly contents: string;
  readonly styles: string;
  readonly out: string;
  /** How many of the pairs that there are. */
  readonly pairs: "all" | number;
  /** Each is painted. */
  readonly seeds: readonly number[];
  readonly settings: Manifest["settings"];
}

export interface PreparedStudy {
  readonly order: StudyOrder;
  /** What an earlier run left. */
  readonly before: Manifest | null;
  readonly contents: Sources;
  readonly styles: Sources;
  readonly pairs: readonly Pair<Source>[];
  readonly candidates: readonly Candidate[];
  readonly pictures: readonly PlannedPicture[];
}

export interface PrepareOptions {
  /** Of the pictures, as for uploads. */
  readonly limits?: Partial<DecodeLimits>;
  readonly signal?: AbortSignal;
}

/** Of the order in which pairs are taken, so that a larger number begins with the pairs of a smaller one. */
const PAIRS_SEED = 1;
/** What a picture takes at most for each pixel: PNG may be no smaller than what it holds. */
const PIXEL_BYTES = 3;

/**
 * @throws UserError where a folder cannot be used, a picture has changed since an earlier run, more pairs are wanted than
 * there are, or the disk is too small
 */
export async function prepareStudy(order: StudyOrder, options: PrepareOptions = {}): Promise<PreparedStudy> {
  const { limits = {}, signal } = options;
  const candidates = candidatesOf(order);
  if (new Set(order.seeds).size < order.seeds.length)
    throw new UserError("seed-twice", "A seed is there twice: the picture would be the same.");
  const before = await readManifest(order.out);
  const [contents, styles] = [
    await readSources(order.contents, "content", { limits, known: before?.contents ?? [], ...(signal && { signal }) }),
    await readSources(order.styles, "style", { limits, known: before?.styles ?? [], ...(signal && { signal }) }),
  ];
  const pairs = pairsOf(contents.pictures, styles.pictures, order.pairs);
  const pictures = placesOf(pairs, candidates, order.seeds);
  await expectDisk(order, pictures);
  return { order, before, contents, styles, pairs, candidates, pictures };
}

function pairsOf(
  contents: readonly Source[],
  styles: readonly Source[],
  wanted: StudyOrder["pairs"],
): readonly Pair<Source>[] {
  const most = contents.length * styles.length;
  if (wanted === "all") return styles.flatMap((style) => contents.map((content) => ({ content, style })));
  if (wanted > most)
    throw new UserError("too-many-pairs", `These folders make ${most} pairs, fewer than the ${wanted} asked for.`);
  return pickPairs(contents, styles, wanted, PAIRS_SEED);
}

/** For all pictures that are not there yet. */
async function expectDisk({ out, settings }: StudyOrder, pictures: readonly PlannedPicture[]): Promise<void> {
  let missing = 0;
  for (const { file } of pictures) if (!(await exists(path.join(out, file)))) missing++;
  const free = await freeBytes(await nearestFolder(out));
  const wayOut = `ask for fewer than these ${missing.toLocaleString("en")} pictures, or name another folder with --out`;
  await expectRoom(out, missing * PIXEL_BYTES * settings.size ** 2, free, wayOut);
}

/** The folder itself, or the one that it would be made in. */
async function nearestFolder(folder: string): Promise<string> {
  let at = path.resolve(folder);
  while (!(await exists(at)) && at !== path.dirname(at)) at = path.dirname(at);
  return at;
}
