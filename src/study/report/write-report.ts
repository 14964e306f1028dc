/** Writes a study's report: a page, its charts and sheets as PNG, its tables as CSV, JSON and LaTeX. */
import { mkdir } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

import { contactSheet, type ContactSheetCell } from "../../images/contact-sheet.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import { writeWhole } from "../../write-whole.ts";
import { unmark } from "../out-of-date.ts";
import { chartsOf, labelOf } from "./charts-of.ts";
import { dotChart, PRINT_INKS } from "./dot-chart.ts";
import { latexOf } from "./latex.ts";
import { pageOf } from "./page.ts";
import { pairIn, pairName, picturesOn } from "./page-pictures.ts";
import { tablesOf } from "./rows-of.ts";
import { type ShownPicture, Stamps, StudyPictures } from "./shown-pictures.ts";
import { type ReportInput, type StudyReport, studyReport } from "./study-report.ts";

export interface ReportOrder {
  /** The study's folder, and where the report goes; made where it is not there. */
  readonly folder: string;
  readonly out: string;
  /** Where the study's sources lie. */
  readonly files: Pick<PictureStore, "local">;
  /** Long side of the page's pictures, pixels. */
  readonly pictureSize: number;
  /** As `studyReport` takes it. */
  readonly studies?: number;
}

/** Of charts: three pixels for each unit. */
const DENSITY = 72 * 3;
/** Of sheets of pictures, pixels. */
const CELL = 240;
const LABEL = 15;

/** @returns the figures, and the names of the files, the page first. @throws UserError as `studyReport`; what writing throws */
export async function writeReport(
  input: ReportInput,
  { folder, out, files, pictureSize, studies }: ReportOrder,
): Promise<{ readonly report: StudyReport; readonly files: readonly string[] }> {
  const report = studyReport(input, studies);
  const pictures = new StudyPictures(folder, input.manifest, files);
  const stamps = new Stamps();
  await stamps.load(pictures, picturesOn(report), pictureSize);
  const written: [string, string | Uint8Array][] = [
    ["index.html", pageOf(report, input.manifest, stamps)],
    ["report.json", `${JSON.stringify(report, null, 1)}\n`],
    ["report.tex", latexOf(report)],
    ...Object.entries(tablesOf(report)),
  ];
  for (const [name, chart] of Object.entries(chartsOf(report)))
    written.push([
      `${name}.png`,
      await sharp(Buffer.from(dotChart(chart, PRINT_INKS)), { density: DENSITY })
        .png({ palette: true })
        .toBuffer(),
    ]);
  for (const [name, rows] of Object.entries(sheetsOf(report))) {
    const cells = await Promise.all(rows.map((row) => Promise.all(row.map((cell) => cellOf(pictures, cell)))));
    if (cells.length > 0) written.push([`${name}.png`, await contactSheet(cells, { cell: CELL, labelSize: LABEL })]);
  }
  await mkdir(out, { recursive: true });
  await unmark(out);
  for (const [name, content] of written) await writeWhole(path.join(out, name), Buffer.from(content));
  return { report, files: written.map(([name]) => name) };
}

interface Planned {
  readonly picture: ShownPicture;
  readonly label: string;
}

/** Rows of pictures, by the names of their files. */
function sheetsOf(report: StudyReport): Readonly<Record<string, readonly (readonly Planned[])[]>> {
  return {
    disagreements: report.disagreements.map(({ round, people }) => {
      const { content, style } = pairIn(round);
      return [
        { picture: { role: "content", name: content }, label: content },
        { picture: { role: "style", name: style }, label: style },
        ...people.map(({ candidate }) => ({ picture: { round, candidate }, label: labelOf(report, candidate) })),
      ];
    }),
    "best-and-worst": report.extremes.map(({ candidate, best, worst }) =>
      [
        ...best.map(({ round }) => ({ round, end: "best" })),
        ...worst.toReversed().map(({ round }) => ({ round, end: "worst" })),
      ].map(({ round, end }) => ({ picture: { round, candidate }, label: `${end}: ${pairName(round)}` })),
    ),
  };
}

async function cellOf(pictures: StudyPictures, { picture, label }: Planned): Promise<ContactSheetCell | null> {
  const image = pictures.has(picture) ? await pictures.read(picture).catch(() => null) : null;
  return image && { image, label };
}
