/** The pictures in a folder, as they are judged by name. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { messageOf, UserError } from "../errors.ts";
import { decodePicture } from "../images/decode.ts";
import type { PictureRole } from "../images/refusals.ts";
import type { RgbImage } from "../images/rgb-image.ts";

/** A picture that lies in a folder. */
export interface PictureFile {
  /** The file's name without its ending. */
  readonly name: string;
  readonly file: string;
  /** Hex, of the file. */
  readonly sha256: string;
}

/** Pictures are read no larger than this, pixels of the long side: the largest result is not larger. */
const KEEP_SIDE = 1024;

/**
 * The paths of all of them, in the order of their names.
 *
 * @throws UserError where there are none
 */
export async function pictureFilesIn(folder: string, role: PictureRole): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError("no-folder", `The folder of ${role}s, ${folder}, cannot be read: is it there?`, {
      cause: error,
    });
  });
  const pictures = names.filter((name) => /\.(?:png|jpe?g|webp|gif|avif|tiff?)$/i.test(name)).sort();
  if (pictures.length === 0)
    throw new UserError(
      "no-pictures",
      `There is no picture in ${folder}; ${role}s are PNG, JPEG, WebP, GIF, AVIF or TIFF.`,
    );
  return pictures.map((name) => path.join(folder, name));
}

/** The same, with what it takes to know them again. */
export async function picturesIn(folder: string, role: PictureRole): Promise<PictureFile[]> {
  return Promise.all(
    (await pictureFilesIn(folder, role)).map(async (file) => {
      const sha256 = createHash("sha256")
        .update(await readFile(file))
        .digest("hex");
      return { name: path.parse(file).name, file, sha256 };
    }),
  );
}

/** @throws UserError that names the file */
export async function readPicture({ file }: Pick<PictureFile, "file">, role: PictureRole): Promise<RgbImage> {
  try {
    return (await decodePicture(file, role, { keepSide: KEEP_SIDE })).image;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.identifier, `${path.basename(file)}: ${messageOf(error)}`, { cause: error });
  }
}
