/** `atelier study report`: what people and measures say of a study, as a page, pictures and tables. */
import path from "node:path";

import type { Command } from "commander";

import { createFolderPictures } from "../pictures/folder.ts";
import { DATA_FOLDER } from "../study/manifest.ts";
import { markOutOfDate, REPORT_FOLDER, reportIn } from "../study/out-of-date.ts";
import type { ReportInput } from "../study/report/study-report.ts";
import { numberBetween } from "./options.ts";

interface ReportOptions {
  readonly ballots?: string;
  readonly output?: string;
  readonly pictures: number;
  readonly json: boolean;
  readonly check: boolean;
}

export function registerStudyReport(study: Command): void {
  study
    .command("report")
    .description("write what people and measures say of a study: a page, pictures, CSV, JSON and LaTeX")
    .argument("<dir>", "the study's folder")
    .option("--ballots <file>", "of the study, or of /scores export (default: ballots.json in the folder)")
    .option("-o, --output <dir>", "where it goes (default: report in the folder)")
    .option("--pictures <px>", "long side of the page's pictures", numberBetween(64, 1024, true), 320)
    .option("--json", "print the figures and nothing else", false)
    .option("--check", "only say whether the report that is there is up to date, and mark one that is not", false)
    .action(async (dir: string, { ballots, output, pictures, json, check }: ReportOptions) => {
      const { readReportInput } = await import("../study/report/study-report.ts");
      const folder = path.resolve(dir);
      const out = path.resolve(output ?? path.join(folder, REPORT_FOLDER));
      if (check) {
        const { words, isCurrent } = await checkReport(out, (await readReportInput(folder, ballots)).of);
        console.log(words);
        if (!isCurrent) process.exitCode = 1;
        return;
      }
      const { writeReport } = await import("../study/report/write-report.ts");
      const { report, files } = await writeReport(await readReportInput(folder, ballots), {
        folder,
        out,
        files: createFolderPictures(path.join(folder, DATA_FOLDER, "pictures")),
        pictureSize: pictures,
      });
      if (json) return console.log(JSON.stringify(report));
      console.log(`${path.join(out, files[0]!)}, and beside it ${files.slice(1).join(", ")}`);
      for (const sentence of [...report.missing, ...report.reach.said]) console.log(sentence);
    });
}

/** Whether a report in a folder is what it would be now, and why not; one that is not says so itself afterwards. */
export async function checkReport(
  out: string,
  now: ReportInput["of"],
): Promise<{ readonly words: string; readonly isCurrent: boolean }> {
  const { changesSince } = await import("../study/report/study-report.ts");
  const report = await reportIn(out);
  if (!report) return { words: `There is no report in ${out}. atelier study report makes one.`, isCurrent: false };
  const changes = changesSince(report.of, now);
  // The bot has heard of answers that have not come into the folder.
  if (changes.length === 0 && report.outOfDate)
    changes.push("Answers in the server were added or taken back: /study report there gives the ones of now.");
  if (changes.length === 0) return { words: `${path.join(out, "index.html")} is up to date.`, isCurrent: true };
  if (!report.outOfDate) await markOutOfDate(out);
  const words = `${path.join(out, "index.html")} is out of date, and says so now. ${changes.join(" ")} Without --check this command makes it anew.`;
  return { words, isCurrent: false };
}
