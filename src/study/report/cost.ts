/** What pictures of each candidate took: seconds, and rows of the UNet. */
import type { Manifest } from "../manifest.ts";
import { mean, middle } from "./people.ts";

export interface Cost {
  readonly candidate: string;
  readonly engine: string;
  readonly pictures: number;
  /** Of painting alone, the middle picture's and the slowest. */
  readonly seconds: number;
  readonly slowest: number;
  /** Denoising steps, the mean. */
  readonly steps: number;
  /** Rows that went through the UNet, the mean; `null` where there is none, or nobody counted. */
  readonly unetRows: number | null;
}

/** Of whatever was painted. A picture that stands for two candidates is in both. */
export const costsOf = ({ candidates, pictures }: Pick<Manifest, "candidates" | "pictures">): Cost[] =>
  candidates.flatMap(({ id }): Cost[] => {
    const painted = pictures.flatMap((each) => (each.candidate === id && each.painted ? [each.painted] : []));
    const [first] = painted;
    if (!first) return [];
    const seconds = painted.map((each) => each.seconds.stylize);
    const rows = painted.flatMap(({ unetRows }) => unetRows ?? []);
    return [
      {
        candidate: id,
        engine: first.engine,
        pictures: painted.length,
        seconds: middle(seconds)!,
        slowest: Math.max(...seconds),
        steps: mean(painted.map(({ steps }) => steps))!,
        unetRows: mean(rows),
      },
    ];
  });
