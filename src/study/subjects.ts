/** What is measured in a study: its pictures, and the controls that nobody paints where the study has none of its own. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../errors.ts";
import { readStoredPicture } from "../images/decode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import { sha256Of } from "../sha256.ts";
import type { Control } from "./candidates.ts";
import { controlImage } from "./controls.ts";
import type { Manifest, Place } from "./manifest.ts";

/** A picture to be measured. */
export interface Subject {
  readonly place: Place;
  /** As people read it: a file in the study's folder, or what a control is made of. */
  readonly name: string;
  /** The same for pictures that look the same. */
  readonly key: string;
  /** @throws UserError where the file is not as it was painted; any error where it cannot be read */
  readonly load: () => Promise<RgbImage>;
}

const UNPAINTED = ["content", "style", "colours"] as const satisfies readonly Control[];

/**
 * In the order of the manifest's pictures, then controls pair by pair.
 *
 * @param out the study's folder
 * @param files the pictures that the study is made of
 */
export function subjectsOf(manifest: Manifest, out: string, files: Pick<PictureStore, "local">): Subject[] {
  const painted = manifest.pictures.map(({ content, style, candidate, seed, file, sha256 }) => ({
    place: { content, style, candidate, seed },
    name: file,
    key: sha256,
    load: () => paintedPicture(path.join(out, file), sha256),
  }));
  return [...painted, ...madeControls(manifest, files)];
}

async function paintedPicture(file: string, sha256: string): Promise<RgbImage> {
  const bytes = await readFile(file);
  if ((await sha256Of(bytes)) !== sha256)
    throw new UserError("study-result-changed", "it was changed since it was painted");
  return readStoredPicture(bytes);
}

function madeControls({ candidates, pairs, contents, styles, settings }: Manifest, files: Pick<PictureStore, "local">) {
  const there = new Set(candidates.flatMap((each) => (each.kind === "control" ? [each.control] : [])));
  const hashes = (sources: readonly { readonly name: string; readonly sha256: string }[]): Map<string, string> =>
    new Map(sources.map(({ name, sha256 }) => [name, sha256]));
  const [contentHashes, styleHashes] = [hashes(contents), hashes(styles)];
  return UNPAINTED.filter((control) => !there.has(control)).flatMap((control) =>
    pairs.map(({ content, style }): Subject => {
      const [own, others] = [contentHashes.get(content)!, styleHashes.get(style)!];
      const made = { content: [own], style: [others], colours: [own, others] }[control];
      const load = async (): Promise<RgbImage> => {
        const [contentFile, styleFile] = [await files.local(own), await files.local(others)];
        const { size } = settings;
        return controlImage(control, { content: contentFile, style: styleFile, size });
      };
      return {
        place: { content, style, candidate: `control-${control}`, seed: null },
        name: `the control ${control} of ${content} and ${style}`,
        key: [control, settings.size, ...made].join(" "),
        load,
      };
    }),
  );
}
