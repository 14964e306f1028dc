/** Reports on disk of which the answers have changed: they say so themselves, wherever somebody has copied them from. */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { writeWhole } from "../write-whole.ts";

/** In the study's folder. */
export const REPORT_FOLDER = "report";
/** Beside tables and charts, which can hold no such words. */
const NOTE_FILE = "OUT-OF-DATE.txt";
const SAID =
  "This report is out of date: answers, pictures or measures of the study have changed since it was made. atelier study report makes a new one.";

/** The answers of people of a server: which study they took part in, and a hash of what they had said (`rankingsHash`). */
export const answersMark = z.object({ survey: z.string(), hash: z.string() });
export type AnswersMark = z.infer<typeof answersMark>;

const reportSchema = z.looseObject({
  of: z.looseObject({
    study: z.string(),
    ballots: z.string().nullable(),
    measures: z.string().nullable(),
    answers: answersMark.nullable().optional(),
  }),
  outOfDate: z.boolean().optional(),
});

/** What a report in this folder was made of, and whether it says that it is out of date; `null` where there is none. */
export async function reportIn(folder: string): Promise<z.infer<typeof reportSchema> | null> {
  const text = await readFile(path.join(folder, "report.json"), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Has every file of a report say it that can: page, JSON and LaTeX; of the others a file beside them does. */
export async function markOutOfDate(folder: string): Promise<void> {
  const change = async (name: string, edit: (text: string) => string): Promise<void> => {
    const text = await readFile(path.join(folder, name), "utf8").catch(() => null);
    if (text !== null && !text.includes(SAID)) await writeWhole(path.join(folder, name), Buffer.from(edit(text)));
  };
  await change("index.html", (page) =>
    page.replace(/<body>/, `<body>\n<p class="notice stale" role="alert"><strong>${SAID}</strong></p>`),
  );
  await change("report.tex", (latex) => `% ${SAID}\n${latex}`);
  await writeWhole(path.join(folder, NOTE_FILE), Buffer.from(`${SAID}\n`));
  // Last, so that one who was interrupted does it again.
  const report = JSON.parse(await readFile(path.join(folder, "report.json"), "utf8")) as object;
  const marked = { ...report, outOfDate: true };
  await writeWhole(path.join(folder, "report.json"), Buffer.from(`${JSON.stringify(marked, null, 1)}\n`));
}

/** A report that was made anew is as it should be. */
export const unmark = (folder: string): Promise<void> => rm(path.join(folder, NOTE_FILE), { force: true });

/** Marks the report of a run that was made of a study's answers, where these are others now. @returns whether it did */
export async function markWhereAnswersChanged(runFolder: string, now: AnswersMark): Promise<boolean> {
  const folder = path.join(runFolder, REPORT_FOLDER);
  const report = await reportIn(folder);
  const made = report?.of.answers;
  if (!made || report.outOfDate || made.survey !== now.survey || made.hash === now.hash) return false;
  await markOutOfDate(folder);
  return true;
}
