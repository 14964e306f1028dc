import { describe, expect, it } from "vitest";

import { seededRandom } from "../../src/random.ts";
import { PAPER_SCORES } from "../../src/votes/paper.ts";
import { leadIn, planStudy } from "../../src/votes/power.ts";
import { addBallot, drawOwn, paperSpread, strengthsOf, tasteOf } from "../../src/votes/taste.ts";
import { VARIANTS } from "../../src/variant.ts";

const NONE = { betweenPairs: 0, betweenPeople: 0 };
const draw = () => seededRandom(1);

/** Mean points of a ballot of the Plackett-Luce model: one, and the chance to beat each of the others. */
const pointsOf = (strengths: readonly number[]): number[] =>
  strengths.map((own) => strengths.reduce((sum, other) => sum + 1 / (1 + Math.exp(other - own)), 0.5));

describe("the model of people's taste", () => {
  it("has the paper's mean points, row by row", () => {
    for (const row of Object.values(PAPER_SCORES)) {
      const means = VARIANTS.map((variant) => row[variant]);
      pointsOf(strengthsOf(means)).forEach((points, i) => expect(points).toBeCloseTo(means[i]!, 6));
    }
    // Root mean square of half the differences of the two kinds: 0.044, 0.281 and 0.325.
    expect(paperSpread()).toBeCloseTo(0.2492, 3);
  });

  it("has the difference that it is asked for, whatever spreads there are", () => {
    const taste = tasteOf(0.3, { betweenPairs: 0.6, betweenPeople: 0.9 }, draw);
    const random = seededRandom(99);
    const sums = VARIANTS.map(() => 0);
    const count = 40_000;
    for (let i = 0; i < count; i++)
      addBallot(sums, taste.strengths, drawOwn(0.6, random), drawOwn(0.9, random), random);
    const [inst, both, words] = sums.map((sum) => sum / count);
    expect(both! - words!).toBeCloseTo(0.3, 1);
    expect(inst).toBeCloseTo(PAPER_SCORES.overall.inst, 1);
  });
});

describe("the power of a study", () => {
  it("is what the normal approximation says, where people and pairs do not differ", () => {
    const taste = tasteOf(0.2, NONE, draw);
    // The spread of one ballot's difference, from the six rankings and their chances.
    const weights = taste.strengths.map(Math.exp);
    let [mean, square] = [0, 0];
    for (const [a, b, c] of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const) {
      const all = weights[0]! + weights[1]! + weights[2]!;
      const chance = (weights[a]! / all) * (weights[b]! / (weights[b]! + weights[c]!));
      const points = [0, 0, 0];
      [points[a], points[b], points[c]] = [3, 2, 1];
      mean += chance * (points[1]! - points[2]!);
      square += chance * (points[1]! - points[2]!) ** 2;
    }
    expect(mean).toBeCloseTo(0.2, 2);
    const people = 40;
    const error = Math.sqrt((square - mean ** 2) / (people * 8));
    // P(z > 1.96 - mean / error), 1 - Φ by Abramowitz and Stegun's 7.1.26.
    const z = 1.96 - mean / error;
    const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
    const tail =
      0.5 *
      t *
      (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
      Math.exp(-(z ** 2) / 2);
    const expected = z < 0 ? 1 - tail : tail;
    const studies = 300;
    let found = 0;
    for (let i = 0; i < studies; i++)
      found += Number(leadIn(taste, { people, pairs: 8, perPerson: 8 }, seededRandom(i)).low > 0);
    // Three standard errors of the simulation.
    expect(Math.abs(found / studies - expected)).toBeLessThan(3 * Math.sqrt((expected * (1 - expected)) / studies));
  });

  it("takes fewer people for a larger difference, and more pairs keep studies from finding what is not there", () => {
    const spreads = { betweenPairs: 0.5, betweenPeople: 0.25 };
    const plan = (difference: number) =>
      planStudy({ difference, power: 0.8, pairs: [4, 64], perPerson: 16, spreads, studies: 60 });
    const [[, large], [few, many]] = [plan(0.8), plan(0.4)];
    expect(large!.people!).toBeLessThan(many!.people!);
    expect(many!.power).toBeGreaterThanOrEqual(0.8);
    expect(few!.falseFinds).toBeGreaterThan(2 * many!.falseFinds);
  });

  it("is not reached by any number of people, where too few pairs differ too much", () => {
    const spreads = { betweenPairs: 2, betweenPeople: 0 };
    const [row] = planStudy({ difference: 0.1, power: 0.9, pairs: [2], perPerson: 1, spreads, studies: 20 });
    expect(row).toMatchObject({ people: null, most: 400 });
    expect(row!.power).toBeLessThan(0.9);
  });
});
