/** Where results go: to a file that was named, or under a new name each, in a folder. */
import { constants } from "node:fs";
import { access, copyFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../../errors.ts";
import { readStoredPicture } from "../../images/decode.ts";
import { encodeJpeg, storedAsWebp } from "../../images/encode.ts";
import { expectWritable } from "../output-file.ts";
import { systemErrorWords } from "../system-error.ts";

/** Endings of files that a result can be written to. */
export const FORMATS = [".png", ".jpg", ".jpeg", ".webp"];

/** Bytes of a content's or a style's name in that of a result: disks take 255 for all of it. */
const MOST_BYTES = 110;

export type Destination = { readonly file: string } | { readonly folder: string };

/**
 * @param output what the person named, if anything
 * @param several whether there will be more than one result
 */
export async function destinationOf(output: string | undefined, several: boolean): Promise<Destination> {
  if (output === undefined) return { folder: "." };
  const isFolder = (await stat(output).catch(() => null))?.isDirectory() ?? /[/\\]$/.test(output);
  return several || isFolder ? { folder: output } : { file: output };
}

/** Finds out before the work whether results can be written. @throws UserError */
export async function expectDestination(destination: Destination): Promise<void> {
  if ("folder" in destination) return expectFolder(destination.folder);
  const { file } = destination;
  await expectWritable(path.resolve(file));
  if (FORMATS.includes(path.extname(file).toLowerCase())) return;
  const name = path.basename(file);
  throw new UserError("output-format", `The result's name must end in ${FORMATS.join(", ")}; got ${name}.`);
}

async function expectFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory())
    throw new UserError("output-folder", `${folder} is a file. Several results go into a folder: name another place.`);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    const words = systemErrorWords(error, folder) ?? `Cannot write to ${folder}.`;
    throw new UserError("output-folder", words, { cause: error });
  });
}

/**
 * Writes a result. A file that was named is written over; in a folder, which has to be there, nothing ever is.
 *
 * @param png its file
 * @param names of content and style, from which a new name is made
 * @returns where it is
 */
export async function saveResult(
  png: string,
  destination: Destination,
  names: { readonly content: string; readonly style: string },
): Promise<string> {
  if ("file" in destination) {
    await convert(png, destination.file);
    return destination.file;
  }
  const stem = path.join(destination.folder, `${fitting(names.content)}-as-${fitting(names.style)}`);
  for (let n = 1; ; n++) {
    const file = `${stem}${n === 1 ? "" : `-${n}`}.png`;
    if (await copiedNew(png, file)) return file;
  }
}

/** @returns whether there was no such file before */
async function copiedNew(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** A name, cut where disks would take it no longer. */
const fitting = (name: string): string =>
  Buffer.from(name)
    .subarray(0, MOST_BYTES)
    .toString()
    .replace(/\uFFFD+$/, "");

async function convert(png: string, file: string): Promise<void> {
  const extension = path.extname(file).toLowerCase();
  if (extension === ".png") return copyFile(png, file);
  // A JPEG has no shape but its rectangle's.
  const encoded = extension === ".webp" ? storedAsWebp(png) : encodeJpeg(await readStoredPicture(png));
  await writeFile(file, await encoded);
}
