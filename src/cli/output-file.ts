/** Finds out before the work whether its result can be written. */
import { access, constants, stat } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../errors.ts";
import { systemErrorWords } from "./system-error.ts";

/** @throws UserError when `output` is a folder, or lies in one that is not there or may not be written to */
export async function expectWritable(output: string): Promise<void> {
  if ((await stat(output).catch(() => null))?.isDirectory())
    throw new UserError("output-folder", `${output} is a folder. Name a file in it.`);
  const folder = path.dirname(output);
  const found = await stat(folder).catch(() => null);
  if (!found) throw new UserError("output-folder", `There is no folder ${folder}. Make it first.`);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    const words = systemErrorWords(error) ?? `Cannot write to ${folder}.`;
    throw new UserError("output-folder", words, { cause: error });
  });
}
