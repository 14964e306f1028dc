/** `atelier scores --from FILE`: every figure of `/scores`, computed again from an export. */
import { readFile } from "node:fs/promises";

import type { Command } from "commander";

import { messageOf, UserError } from "../errors.ts";
import { fromJson } from "../votes/export.ts";
import { caveats, report, ROW_LABEL, textTable } from "../votes/report.ts";
import { SCORE_ROWS } from "../votes/scores.ts";
import { VARIANTS } from "../variant.ts";
import { systemErrorWords } from "./system-error.ts";

export function registerScores(program: Command): void {
  program
    .command("scores")
    .description("compute the score table from exported ballots (/scores export)")
    .requiredOption("--from <file>", "the JSON file of the export")
    .option("--json", "print one JSON object and nothing else", false)
    .action(async ({ from, json }: { from: string; json: boolean }) => {
      const text = await readFile(from, "utf8").catch((error: unknown) => {
        throw new UserError(
          "file-unreadable",
          systemErrorWords(error, from) ?? `Cannot read ${from}: ${messageOf(error)}`,
          {
            cause: error,
          },
        );
      });
      const figures = report(fromJson(text));
      if (json) return console.log(JSON.stringify(figures));
      console.log(`${figures.ballots} ballots, ${figures.complete} of them complete\n\n${textTable(figures)}\n`);
      for (const row of SCORE_ROWS) {
        const strength = figures.strengths[row];
        if (strength)
          console.log(
            `${ROW_LABEL[row]}: strengths ${VARIANTS.map((v) => `${v} ${strength[v].toFixed(2)}`).join(", ")}`,
          );
      }
      for (const sentence of caveats(figures)) console.log(`\n${sentence}`);
    });
}
