/** Which pictures `atelier stylize` and `atelier paint` are given: files, and all those of folders. */
import { pictureFilesIn } from "../../judge/picture-folder.ts";
import { expectFile, isFolder } from "../input-file.ts";

/** Paths of files, those of a folder in the order of their names. @throws UserError where a folder holds none */
export async function contentFiles(given: readonly string[]): Promise<string[]> {
  const found = given.map(async (place) => ((await isFolder(place)) ? pictureFilesIn(place, "content") : [place]));
  return (await Promise.all(found)).flat();
}

/** A picture, or a folder with some. @throws UserError */
export async function expectContent(place: string): Promise<void> {
  await ((await isFolder(place)) ? pictureFilesIn(place, "content") : expectFile(place));
}
