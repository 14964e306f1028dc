/** `atelier judge`: paints pairs, lays them out blind, measures them, and opens the key when they are marked. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Command } from "commander";
import { z } from "zod";

import { UserError } from "../errors.ts";
import type { Revealed, SideMarks } from "../judge/marks.ts";
import type { Judgement } from "../judge/index.ts";
import { DEFAULT_SETTINGS, SETTING_BOUNDS } from "../painting.ts";
import { VARIANTS, type Variant } from "../variant.ts";
import { withInterrupt } from "./interrupt.ts";
import { numberBetween, oneOf } from "./options.ts";
import { progressLine } from "./progress.ts";

interface JudgeCommand {
  readonly contents?: string;
  readonly styles?: string;
  readonly pairs: number;
  readonly out: string;
  readonly seed: number;
  readonly size: number;
  readonly strength: number;
  readonly variant: Variant;
  readonly ladders: number;
  readonly against?: string;
  readonly with?: readonly string[];
  readonly marks?: string;
  readonly kinds?: string;
  readonly json: boolean;
}

export function registerJudge(program: Command): void {
  program
    .command("judge")
    .description("compare the embedded engine's pictures with those of another commit, or of other settings")
    .requiredOption(
      "--out <dir>",
      "where pictures, sheets, page and key go; what is painted there is not painted again",
    )
    .option("--contents <dir>", "a folder of pictures to repaint")
    .option("--styles <dir>", "a folder of styles")
    .option("--pairs <n>", "how many pairs", numberBetween(1, 1_000_000, true), 24)
    .option("--seed <n>", "picks the pairs, shuffles the sides", numberBetween(...SETTING_BOUNDS.seed, true), 1)
    .option("--size <pixels>", "long side", numberBetween(...SETTING_BOUNDS.size, true), DEFAULT_SETTINGS.size)
    .option("--strength <n>", "0 to 1", numberBetween(...SETTING_BOUNDS.strength), DEFAULT_SETTINGS.strength)
    .option("--variant <name>", VARIANTS.join(", "), oneOf(VARIANTS), "inst")
    .option("--ladders <n>", "pairs that are painted at three strengths", numberBetween(0, 1000, true), 6)
    .option("--against <commit>", "the other side is what this commit paints")
    .option("--with <key=value...>", "the other side is this checkout with other settings, as in strength=0.3")
    .option("--marks <file>", "instead: say who painted what, and which marks they got")
    .option("--kinds <file>", "for that: JSON of the styles' names and their kinds")
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (options: JudgeCommand) => {
      if (options.marks === undefined) return compare(options);
      const { openKey } = await import("../judge/index.ts");
      const revealed = await openKey(options.out, options.marks, await kindsIn(options.kinds));
      console.log(options.json ? JSON.stringify(revealed) : marksText(revealed));
    });
}

async function compare(options: JudgeCommand): Promise<void> {
  const { contents, styles, variant, size, strength, against, with: changes, ...others } = options;
  if (contents === undefined || styles === undefined)
    throw new UserError("no-folders", "Say where the pictures are: --contents DIR --styles DIR.");
  if (against !== undefined && changes !== undefined)
    throw new UserError(
      "two-others",
      "Compare with another commit or with other settings: --against or --with, not both.",
    );
  const { judge } = await import("../judge/index.ts");
  const bar = progressLine();
  const start = performance.now();
  const judgement = await withInterrupt((signal) =>
    judge(
      {
        ...others,
        contents,
        styles,
        asked: { variant, settings: { size, strength } },
        ...(against !== undefined && { against }),
        ...(changes && { with: changes }),
      },
      { signal, onProgress: (done, total, what) => bar.show(done, total, what) },
    ),
  ).finally(() => bar.stop());
  if (options.json) console.log(JSON.stringify(judgement));
  else console.log(judgementText(judgement, options.out, (performance.now() - start) / 1000));
}

async function kindsIn(file: string | undefined): Promise<Map<string, string>> {
  if (file === undefined) return new Map();
  try {
    return new Map(Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file, "utf8")))));
  } catch (error) {
    throw new UserError("no-kinds", `${file} is no JSON of names and kinds, as in {"starry_night": "loose"}.`, {
      cause: error,
    });
  }
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const figure = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(3)).padStart(9);

/** The table as it is printed: sides beside each other, the better one by pairs at the end. */
export function judgementText(
  { sides, table, ladders, pairs, sheets }: Judgement,
  out: string,
  seconds: number,
): string {
  const head = sides.map((side) => side.slice(0, 19).padStart(20)).join("");
  const columns = sides.map(() => `${"mean".padStart(10)}${"worst 5 %".padStart(10)}`).join("");
  const lines = table.map((row) => {
    const own = row.sides.map((side) => ` ${figure(side?.mean)} ${figure(side?.worst)}`).join("");
    const wins = row.wins ? row.wins.map(percent).join(" : ").padStart(15) : "";
    return `${row.label.padEnd(32)} ${row.better.padEnd(9)}${own}${wins}`;
  });
  const monotone = sides.map((_, i) => ladders.filter((ladder) => ladder.sides[i]!.monotone).length);
  return [
    `${"".padEnd(42)}${head}`,
    `${pairs.length} pairs`.padEnd(33) + "better".padEnd(9) + columns + (sides.length > 1 ? "   better in" : ""),
    ...lines,
    `strength goes one way in ${monotone.join(" : ")} of ${ladders.length} pairs`,
    `${sheets.length} sheets, index.html to mark them and key.json in ${path.resolve(out)}; ${Math.round(seconds)} s`,
  ].join("\n");
}

/** What the marks say, as it is printed. */
export function marksText({ sides, headToHead, kinds }: Revealed): string {
  const line = (name: string, { count, mean, good, bad }: SideMarks): string =>
    `${name.padEnd(36)} ${String(count).padStart(6)} ${(count === 0 ? "–" : mean.toFixed(2)).padStart(6)}` +
    `${(count === 0 ? "–" : percent(good)).padStart(9)}${(count === 0 ? "–" : percent(bad)).padStart(9)}`;
  const duel =
    headToHead &&
    `head to head: ${sides.map(({ side }, i) => `${side} ${headToHead.wins[i]}`).join(", ")}, tie ${headToHead.ties}`;
  return [
    `${"".padEnd(36)}  marks   mean 4 or more 2 or less`,
    ...sides.map((side) => line(side.side, side)),
    ...(duel === null ? [] : [duel]),
    ...kinds.flatMap(({ kind, sides: each }) => each.map((side) => line(`${kind}, ${side.side}`, side))),
  ].join("\n");
}
