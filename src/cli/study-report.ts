/** `atelier study report`: what people and measures say of a study, as a page, pictures and tables. */
import path from "node:path";

import type { Command } from "commander";

import { createFolderPictures } from "../pictures/folder.ts";
import { DATA_FOLDER } from "../study/manifest.ts";
import { numberBetween } from "./options.ts";

interface ReportOptions {
  readonly ballots?: string;
  readonly output?: string;
  readonly pictures: number;
  readonly json: boolean;
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
    .action(async (dir: string, { ballots, output, pictures, json }: ReportOptions) => {
      const { readReportInput } = await import("../study/report/study-report.ts");
      const { writeReport } = await import("../study/report/write-report.ts");
      const folder = path.resolve(dir);
      const out = path.resolve(output ?? path.join(folder, "report"));
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
