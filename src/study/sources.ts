/** The pictures that a study is made of, as they lie in two folders: what can be used, and what is left out and why. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { messageOf, UserError } from "../errors.ts";
import type { DecodeLimits } from "../images/decode.ts";
import { normalisePicture } from "../images/encode.ts";
import type { PictureRole } from "../images/refusals.ts";
import { picturesIn, type PictureFile } from "../judge/picture-folder.ts";
import { sha256Of } from "../sha256.ts";
import type { Manifest, Source } from "./manifest.ts";

/** Beside the pictures, if there is one: from file names to the words of their licences. */
const LICENCES_FILE = "licences.json";
const licencesSchema = z.record(z.string(), z.string());

export interface Sources {
  readonly pictures: readonly Source[];
  readonly leftOut: Manifest["leftOut"];
}

/**
 * Looks at every picture of a folder as the bot looks at an upload.
 *
 * @param known of an earlier run: what has not changed since is not opened again
 * @throws UserError where there is no picture that can be used, or one has changed since it was known
 */
export async function readSources(
  folder: string,
  role: PictureRole,
  {
    limits,
    known = [],
    signal,
  }: {
    readonly limits: Partial<DecodeLimits>;
    readonly known?: readonly Source[];
    readonly signal?: AbortSignal;
  },
): Promise<Sources> {
  const files = await picturesIn(folder, role);
  const licences = await readLicences(folder);
  const pictures: Source[] = [];
  const leftOut: Manifest["leftOut"] = [];
  for (const each of files) {
    signal?.throwIfAborted();
    const file = path.basename(each.file);
    const before = known.find((source) => source.file === file);
    if (before && before.fileSha256 !== each.sha256) throw changed(file, role);
    try {
      const seen = before ?? (await seenAs(each, role, limits));
      const same = pictures.find(({ sha256 }) => sha256 === seen.sha256);
      if (same) leftOut.push({ role, file, why: `the same picture as ${same.file}` });
      else pictures.push({ ...seen, name: nameFor(each, pictures), licence: licences[file] ?? null });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      leftOut.push({ role, file, why: messageOf(error) });
    }
  }
  const gone = known.find(({ file }) => !pictures.some((each) => each.file === file));
  if (gone)
    throw new UserError(
      "study-picture-gone",
      `The ${role} ${gone.file}, which this study is made of, is not in ${folder} any more. Put it back, or begin another study.`,
    );
  if (pictures.length === 0)
    throw new UserError(
      "no-pictures",
      `None of the ${leftOut.length} pictures in ${folder} can be used. ${leftOut[0]!.file}: ${leftOut[0]!.why}`,
    );
  return { pictures, leftOut };
}

/** The PNG that engines see of a source. @throws UserError where the file has changed meanwhile */
export async function readSource(folder: string, role: PictureRole, source: Source, limits: Partial<DecodeLimits>) {
  const { png } = await normalisePicture(path.join(folder, source.file), role, limits);
  if ((await sha256Of(png)) !== source.sha256) throw changed(source.file, role);
  return png;
}

async function seenAs(
  { file, sha256: fileSha256 }: PictureFile,
  role: PictureRole,
  limits: Partial<DecodeLimits>,
): Promise<Omit<Source, "name" | "licence">> {
  const { png, image, notes } = await normalisePicture(file, role, limits);
  const { width, height } = image;
  return { file: path.basename(file), fileSha256, sha256: await sha256Of(png), width, height, notes: [...notes] };
}

/** A folder is named after it, so nothing but dots will not do. */
function nameFor({ name, file }: PictureFile, others: readonly Source[]): string {
  const isTaken = others.some((other) => other.name.toLowerCase() === name.toLowerCase());
  return isTaken || /^\.+$/.test(name) ? path.basename(file) : name;
}

const changed = (file: string, role: PictureRole): UserError =>
  new UserError(
    "study-picture-changed",
    `The ${role} ${file} is another picture than when this study was begun. Put the old one back, or begin another study.`,
  );

async function readLicences(folder: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path.join(folder, LICENCES_FILE), "utf8").catch(() => null);
  if (text === null) return {};
  try {
    return licencesSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      "study-licences",
      `${LICENCES_FILE} in ${folder} has to be an object of file names and their licences, as in {"fox.jpg": "CC0"}.`,
      { cause },
    );
  }
}
