/** Finds out before the work whether a file can be read. */
import { access, constants, stat } from "node:fs/promises";

import { UserError } from "../errors.ts";
import { systemErrorWords } from "./system-error.ts";

/** @throws UserError when `file` is a folder, is not there, or may not be read */
export async function expectFile(file: string): Promise<void> {
  if (await isFolder(file)) throw new UserError("input-folder", `${file} is a folder. Name a file.`);
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new UserError("input-file", systemErrorWords(error, file) ?? `Cannot read ${file}.`, { cause: error });
  });
}

export const isFolder = async (place: string): Promise<boolean> =>
  (await stat(place).catch(() => null))?.isDirectory() ?? false;
