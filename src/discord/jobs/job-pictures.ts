/** The pictures of a job as files of its messages. */
import { stat } from "node:fs/promises";
import { extname } from "node:path";

import { DISCORD_MAX_BYTES, storedForDiscord } from "../../images/encode.ts";
import type { Job, JobRequest, PictureRef } from "../../jobs/job.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import { stylesOf } from "../../jobs/request-styles.ts";
import { fileStem } from "../messages/file-stem.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import type { ViewFile } from "../messages/view.ts";
import { card, progress, result } from "../wording/jobs.ts";
import { plainName } from "../wording/markdown.ts";

/** Characters of either name in the result's. */
const MOST_OF_NAME = 32;

/** What a picture is made of. */
export interface SourcePictures {
  readonly content: ViewFile;
  /** One, or those of a blend. */
  readonly styles: readonly ViewFile[];
}

/** Content and styles, small, for the job card. */
export async function sourcePictures(files: PictureStore, request: JobRequest): Promise<SourcePictures> {
  const alts = card.styleAlts(request);
  const nameOf = (n: number): string => (n === 0 ? "style" : `style-${n + 1}`);
  const [content, ...styles] = await Promise.all([
    thumbnailFile(files, request.content, "content", card.contentAlt(request)),
    ...stylesOf(request).map(({ picture }, n) => thumbnailFile(files, picture, nameOf(n), alts[n]!)),
  ]);
  return { content: content!, styles };
}

/** The result at full size, within what Discord takes. @param maxBytes a tighter limit, where the usual one was refused */
export async function resultFile(files: PictureStore, job: Job, maxBytes = DISCORD_MAX_BYTES): Promise<ViewFile> {
  if (!job.result) throw new TypeError(`job ${job.id} has no result`);
  const { sha256 } = job.result.picture;
  const path = await files.local(sha256);
  const { content, hd } = job.request;
  const styles = stylesOf(job.request).map(({ picture }) => stemOf(picture));
  const stem = `${stemOf(content)}-as-${styles.join("-and-")}${hd ? "-hd" : ""}`;
  const rest = { alt: result.alt(job), key: sha256, shows: [sha256], isResult: true };
  if ((await stat(path)).size <= maxBytes) return { name: `${stem}.png`, data: path, ...rest };
  const { bytes, extension } = await storedForDiscord(path, maxBytes);
  return { name: `${stem}.${extension}`, data: Buffer.from(bytes), ...rest };
}

/** The newest preview, read when it is sent. */
export const previewFile = (path: string, step: number, steps: number, request: JobRequest): ViewFile => ({
  name: `preview${extname(path)}`,
  data: path,
  alt: progress.previewAlt(step, steps, request),
  key: path,
  isResult: true,
});

const stemOf = ({ name }: PictureRef): string => fileStem(plainName(name), MOST_OF_NAME, "picture");
