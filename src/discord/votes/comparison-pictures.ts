/** The pictures of a blind comparison as files. */
import { contactSheet, type ContactSheetCell } from "../../images/contact-sheet.ts";
import { readStoredPicture } from "../../images/decode.ts";
import { DISCORD_MAX_BYTES, encodeForDiscord } from "../../images/encode.ts";
import type { Job } from "../../jobs/job.ts";
import { stylesOf } from "../../jobs/request-styles.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { Subject } from "../../votes/ballot.ts";
import type { Letter } from "../../votes/comparison.ts";
import type { ViewFile } from "../messages/view.ts";
import { comparison as words } from "../wording/votes.ts";

export interface Shown {
  readonly letter: Letter;
  /** A job that is done. */
  readonly job: Job;
  /** What is judged under the letter. */
  readonly subject: Subject;
}

/** One picture under its letter: neither its name nor its alt text says how it was made. */
export async function letterFile(files: PictureStore, { letter, job }: Shown): Promise<ViewFile> {
  const { sha256 } = job.result!.picture;
  const { bytes, extension } = await encodeForDiscord(
    await readStoredPicture(await files.local(sha256)),
    DISCORD_MAX_BYTES,
  );
  return {
    name: `${letter.toLowerCase()}.${extension}`,
    data: Buffer.from(bytes),
    alt: words.pictureAlt(letter, job),
    key: sha256,
    shows: [sha256],
    isResult: true,
  };
}

/**
 * Side of a picture and size of the letters, pixels. Three in a row make 1,084: a phone shows that at 400 points, and the
 * letters at 18.
 */
const SHEET = { cell: 340, labelSize: 48 } as const;
/** What each is called, in two lines. */
const REVEALED = { cell: 340, labelSize: 34, labelLines: 2 } as const;

/** Content and styles above A, B and C; with what each is once that is revealed. */
export async function sheetFile(files: PictureStore, shown: readonly Shown[], revealed: boolean): Promise<ViewFile> {
  const { job } = shown[0]!;
  const { content } = job.request;
  const styles = stylesOf(job.request).map(({ picture }) => picture);
  const shares = words.cell.styles(job.request);
  const cell = async ({ sha256 }: { readonly sha256: string }, label: string): Promise<ContactSheetCell> => ({
    image: await readStoredPicture(await files.local(sha256)),
    label,
  });
  const rows = await Promise.all([
    Promise.all([cell(content, words.cell.content), ...styles.map((style, n) => cell(style, shares[n]!))]),
    Promise.all(
      shown.map(({ letter, subject, job: { result } }) =>
        cell(result!.picture, revealed ? words.revealedCell(letter, subject) : letter),
      ),
    ),
  ]);
  const png = await contactSheet(rows, revealed ? REVEALED : SHEET);
  return {
    name: revealed ? "revealed.png" : "comparison.png",
    data: Buffer.from(png),
    alt: words.sheetAlt(job, shown.length),
    shows: [content, ...styles, ...shown.map((one) => one.job.result!.picture)].map(({ sha256 }) => sha256),
    isResult: true,
    key: `${shown.map((one) => one.job.id).join()}/${revealed}`,
  };
}
