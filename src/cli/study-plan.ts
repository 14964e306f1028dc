/** `atelier study plan`: how many people and pairs tell two variants apart. */
import type { Command } from "commander";

import type { PlanRow } from "../votes/power.ts";
import { listOf, numberBetween } from "./options.ts";

interface PlanCommand {
  readonly difference: number;
  readonly power: number;
  readonly pairs: readonly number[];
  readonly perPerson: number;
  readonly peopleSpread?: number;
  readonly json: boolean;
}

export function registerStudyPlan(study: Command): void {
  study
    .command("plan")
    .description("say how many people and pairs it takes to tell two variants apart, by simulation")
    .requiredOption("--difference <points>", "in mean points of 1 to 3, as in 0.2", numberBetween(0.02, 1.2))
    .option("--power <share>", "share of studies that are to find it", numberBetween(0.1, 0.99), 0.8)
    .option("--pairs <list>", "numbers of pairs to look at", listOf(numberBetween(1, 800, true)), [8, 16, 32, 64])
    .option("--per-person <n>", "pairs that one person ranks, at most", numberBetween(1, 800, true), 16)
    .option(
      "--people-spread <n>",
      "how much people differ (default: as the paper's kinds of pairs)",
      numberBetween(0, 3),
    )
    .option("--json", "print one JSON object and nothing else", false)
    .action(async ({ json, peopleSpread, ...options }: PlanCommand) => {
      const { planStudy } = await import("../votes/power.ts");
      const { paperSpread } = await import("../votes/taste.ts");
      const betweenPairs = paperSpread();
      const spreads = { betweenPairs, betweenPeople: peopleSpread ?? betweenPairs };
      const rows = planStudy({ ...options, spreads });
      console.log(json ? JSON.stringify({ ...options, spreads, rows }) : planText(rows, options, spreads));
    });
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The plan as it is printed. */
export function planText(
  rows: readonly PlanRow[],
  { difference, power, perPerson }: Pick<PlanCommand, "difference" | "power" | "perPerson">,
  { betweenPairs, betweenPeople }: { readonly betweenPairs: number; readonly betweenPeople: number },
): string {
  const lines = rows.map(({ pairs, people, power: reached, falseFinds, most }) => {
    const ballots = (people ?? most) * Math.min(pairs, perPerson);
    const cells = [String(pairs), people === null ? `> ${most}` : String(people), String(ballots)];
    return `${cells.map((cell) => cell.padStart(8)).join("")}${percent(reached).padStart(8)}${percent(falseFinds).padStart(14)}`;
  });
  return [
    `To find a difference of ${difference} points between two variants in ${percent(power)} of studies:`,
    "   pairs  people ballots   power  false finds",
    ...lines,
    `Each person ranks at most ${perPerson} pairs. False finds: studies that tell two variants apart which are alike over all`,
    "pictures, as the few pairs they have favour one; more pairs mend that, more people do not. 5 % is what chance makes of it.",
    `Log strengths differ by ${betweenPairs.toFixed(2)} between pairs, as between the paper's two kinds, and by ${betweenPeople.toFixed(2)} between people,`,
    "of whom the paper says nothing (--people-spread).",
  ].join("\n");
}
