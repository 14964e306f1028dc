/** How likely each kind of medium is, by a linear reading of measures and look that was fitted to known pictures. */
import { readFile } from "node:fs/promises";

import { LOOK_CHANNELS } from "../../../models/arbitrary-stylization.ts";
import type { MediumMeasures } from "./medium-measures.ts";

/** What the fitted pictures were told apart as; docs/decisions/0049 says what each takes in. */
const KINDS = [
  "colourprint",
  "digital",
  "drawing",
  "flat",
  "glass",
  "line",
  "mosaic",
  "paint",
  "photo",
  "smooth",
  "watercolour",
] as const;
export type Kind = (typeof KINDS)[number];
export type Likelihoods = Readonly<Record<Kind, number>>;

/** Figures that `test/reference/make_medium_reading.py` fitted. */
interface Reading {
  /** Of the measures, in the order of their square roots before the look. */
  readonly measures: readonly (keyof MediumMeasures)[];
  readonly centre: readonly number[];
  readonly spread: readonly number[];
  /** Thousandths, for each kind. */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

let reading: Promise<Reading> | undefined;
const readReading = async (): Promise<Reading> =>
  JSON.parse(await readFile(new URL("medium-reading.json", import.meta.url), "utf8")) as Reading;

/** @param look of `lookAt`, of the same picture */
export async function likelihoodsOf(measures: MediumMeasures, look: Float64Array): Promise<Likelihoods> {
  const { measures: names, centre, spread, weights, bias } = await (reading ??= readReading());
  const numbers = [...looked(look), ...names.map((name) => Math.sqrt(Math.max(0, measures[name])))];
  const scores = weights.map((row, kind) =>
    row.reduce((sum, weight, i) => sum + (weight / 1000) * ((numbers[i]! - centre[i]!) / spread[i]!), bias[kind]!),
  );
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return Object.fromEntries(KINDS.map((kind, i) => [kind, powers[i]! / total])) as unknown as Likelihoods;
}

/** Of each stage the means, then in the place of the mean squares the logarithms of the deviations. */
export function looked(look: Float64Array): number[] {
  const numbers: number[] = [];
  let at = 0;
  for (const channels of LOOK_CHANNELS) {
    const means = look.subarray(at, at + channels);
    const squares = look.subarray(at + channels, at + 2 * channels);
    numbers.push(...means);
    for (let i = 0; i < channels; i++)
      numbers.push(Math.log(Math.sqrt(Math.max(0, squares[i]! - means[i]! ** 2)) + 0.01));
    at += 2 * channels;
  }
  return numbers;
}
