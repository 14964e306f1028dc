/** The pictures of a blind comparison as files. */
import { contactSheet } from "../../images/contact-sheet.ts";
import { readStoredPicture } from "../../images/decode.ts";
import { DISCORD_MAX_BYTES, encodeForDiscord } from "../../images/encode.ts";
import type { Job } from "../../jobs/job.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { Letter } from "../../votes/comparison.ts";
import type { ViewFile } from "../view.ts";
import { comparison as words } from "../wording/votes.ts";

export interface Shown {
  readonly letter: Letter;
  /** A job that is done. */
  readonly job: Job;
}

/** One picture under its letter: neither its name nor its alt text says how it was made. */
export async function letterFile(files: PictureStore, { letter, job }: Shown): Promise<ViewFile> {
  const { sha256 } = job.result!.picture;
  const { bytes, extension } = await encodeForDiscord(await readStoredPicture(files.path(sha256)), DISCORD_MAX_BYTES);
  return {
    name: `${letter.toLowerCase()}.${extension}`,
    data: Buffer.from(bytes),
    alt: words.pictureAlt(letter, job),
    key: sha256,
  };
}

/** Content, style, A, B and C side by side; with the variants' names once they are revealed. */
export async function sheetFile(files: PictureStore, shown: readonly Shown[], revealed: boolean): Promise<ViewFile> {
  const { job } = shown[0]!;
  const { content, style } = job.request;
  const cells = [
    { sha256: content.sha256, label: words.cell.content },
    { sha256: style.sha256, label: words.cell.style },
    ...shown.map((one) => ({
      sha256: one.job.result!.picture.sha256,
      label: revealed ? words.revealedCell(one.letter, one.job.result!.variant) : one.letter,
    })),
  ];
  const pictures = await Promise.all(
    cells.map(async ({ sha256, label }) => ({ image: await readStoredPicture(files.path(sha256)), label })),
  );
  const png = await contactSheet(pictures, { columns: cells.length, title: words.sheetTitle(job) });
  return {
    name: revealed ? "revealed.png" : "comparison.png",
    data: Buffer.from(png),
    alt: words.sheetAlt(job),
    key: `${shown.map((one) => one.job.id).join()}/${revealed}`,
  };
}
