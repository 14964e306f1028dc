/** Runs whose pictures people can be asked about: those that lie in the folder where the owner puts them. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../../errors.ts";
import { createFolderPictures } from "../../pictures/folder.ts";
import { VARIANTS, type Variant } from "../../variant.ts";
import { DATA_FOLDER, type Manifest, readManifest } from "../manifest.ts";

/** Most pairs of one survey: each has five pictures, which are taken in when it begins. */
const MOST_PAIRS = 400;
export const FEWEST_PAIRS = 2;

/** A file of a run. */
export interface OfferedPicture {
  readonly name: string;
  readonly file: string;
}

export interface OfferedPair {
  readonly content: OfferedPicture;
  readonly style: OfferedPicture;
  readonly face: boolean | null;
  readonly pictures: Readonly<Record<Variant, OfferedPicture>>;
}

/** Names of the runs in a folder, in order. */
export async function runsIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .sort();
}

/**
 * The pairs of a run that were painted by all three variants, by the first of its seeds.
 *
 * @throws UserError where there is no such run, or it has not enough of them
 */
export async function offerOf(folder: string, run: string): Promise<readonly OfferedPair[]> {
  if (!(await runsIn(folder)).includes(run)) throw unknownRun(run);
  const place = path.join(folder, run);
  const manifest = await readManifest(place);
  if (!manifest) throw unknownRun(run);
  const pairs = await Promise.all(manifest.pairs.map((pair) => pairOf(place, manifest, pair)));
  const whole = pairs.filter((pair) => pair !== null);
  if (whole.length < FEWEST_PAIRS)
    throw new UserError("survey-too-small", {
      sentence: "error.survey-too-small",
      values: { run, pairs: whole.length, fewest: FEWEST_PAIRS },
    });
  if (whole.length > MOST_PAIRS)
    throw new UserError("survey-too-large", {
      sentence: "error.survey-too-large",
      values: { run, pairs: whole.length, most: MOST_PAIRS },
    });
  return whole;
}

const unknownRun = (run: string): UserError =>
  new UserError("run-unknown", { sentence: "error.run-unknown", values: { run } });

async function pairOf(
  place: string,
  { contents, styles, seeds, pictures }: Manifest,
  { content, style }: Manifest["pairs"][number],
): Promise<OfferedPair | null> {
  const stored = createFolderPictures(path.join(place, DATA_FOLDER, "pictures"));
  const [from, by] = [contents.find(({ name }) => name === content), styles.find(({ name }) => name === style)];
  const painted = VARIANTS.map((variant) =>
    pictures.find(
      (each) =>
        each.content === content && each.style === style && each.candidate === variant && each.seed === seeds[0],
    ),
  );
  if (!from || !by || painted.some((picture) => picture === undefined)) return null;
  const named = VARIANTS.map((variant, i) => [variant, within(place, painted[i]!.file)] as const);
  return {
    content: { name: content, file: await stored.local(from.sha256) },
    style: { name: style, file: await stored.local(by.sha256) },
    face: from.face,
    pictures: Object.fromEntries(named.map(([variant, file]) => [variant, { name: variant, file }])) as never,
  };
}

/** A manifest may come from elsewhere: it names files of its own folder and no others. */
function within(place: string, file: string): string {
  const resolved = path.resolve(place, file);
  if (resolved.startsWith(place + path.sep)) return resolved;
  throw new UserError("survey-outside", { sentence: "error.survey-outside", values: { run: path.basename(place) } });
}
