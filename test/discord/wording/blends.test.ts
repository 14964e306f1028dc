/** How pictures in several styles are spoken of, and how their weights are read. */
import { describe, expect, it } from "vitest";

import { parseWeights } from "../../../src/blend-weights.ts";
import { resultView } from "../../../src/discord/jobs/job-views.ts";
import { descriptions } from "../../../src/discord/wording/descriptions.ts";
import { threadName } from "../../../src/discord/wording/jobs.ts";
import { plainPairOf } from "../../../src/discord/wording/pair-names.ts";
import type { JobRequest } from "../../../src/jobs/job.ts";
import { pictureRef, queuedJob, request } from "../../jobs/requests.ts";

const blend = (names: readonly string[], weights: readonly number[]): JobRequest => {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const [first, ...others] = names.map((name, n) => ({
    picture: { ...pictureRef(name), name: `${name}.png` },
    weight: weights[n]! / sum,
    description: null,
  }));
  return request({ style: first!.picture, blend: { weight: first!.weight, description: null, others } });
};

/** As it reads: spaces that do not break are spaces. */
const named = (asked: JobRequest): string => plainPairOf(asked).style.replaceAll("\u00A0", " ");

describe("the styles of a blend", () => {
  it.each([
    [[2, 1], "a (67 %) and b (33 %)"],
    [[1, 1, 1], "a (34 %), b (33 %), and c (33 %)"],
    [[1, 6, 6], "a (8 %), b (46 %), and c (46 %)"],
    [[400, 4, 4], "a (98 %), b (1 %), and c (1 %)"],
  ])("of weights %j are named with shares that make a hundred", (weights, expected) => {
    expect(named(blend(["a", "b", "c"].slice(0, weights.length), weights))).toBe(expected);
  });

  it("are all in the name of the thread, however long theirs are", () => {
    const name = threadName(blend(["x".repeat(60), "y".repeat(60), "z".repeat(60)], [3, 2, 1]));
    expect(name.length).toBeLessThanOrEqual(100);
    expect(name.replaceAll("\u00A0", " ")).toMatch(/x+.*… \(50 %\), y+.*… \(33 %\), and z+.*… \(17 %\)$/);
  });

  it("fit a message with their words, whatever these consist of", () => {
    for (const letter of ["*", "\n", "@everyone ", "# ", "🎨", "a. "]) {
      const text = letter.repeat(5000);
      const asked = { ...blend([text, `${text}1`, `${text}2`], [1, 1, 1]), extraPrompt: text };
      const origin = { by: text.slice(0, 40), note: text };
      const words = descriptions.whole(asked, [
        { text, ...origin },
        { text, ...origin },
        { text, ...origin },
      ]);
      const picture = { name: "p.png", data: "p.png", alt: "", key: "" };
      const job = queuedJob({ variantReason: text.slice(0, 200) }, asked);
      const result = { picture: pictureRef("r"), variant: "prompt", engine: "diffusion", steps: 25 } as const;
      const rest = {
        guidance: 7.5,
        stylePath: "adapter-token",
        seconds: { caption: 1, stylize: 1, total: 1 },
      } as const;
      const { components } = resultView({ ...job, result: { ...result, ...rest } }, picture, words);
      expect(textIn(components)).toBeLessThanOrEqual(4000);
      const growing = descriptions.growing(
        asked,
        [1, 2, 3].map(() => ({ text, done: false, note: null })),
      );
      expect(growing.length).toBeLessThan(3000);
    }
  });
});

/** Letters of all texts of a message, which Discord counts. */
const textIn = (value: unknown): number =>
  typeof value !== "object" || value === null
    ? 0
    : Object.entries(value).reduce(
        (sum, [key, inner]) => sum + (key === "content" ? String(inner).length : textIn(inner)),
        0,
      );

describe("weights", () => {
  it.each([
    ["2:1", [2, 1]],
    ["70 30", [70, 30]],
    ["60,30,10", [60, 30, 10]],
    ["60, 30, 10", [60, 30, 10]],
    ["70% / 30 %", [70, 30]],
    ["0.5:1.5", [0.5, 1.5]],
    ["0,5 1,5", [0.5, 1.5]],
    ["1:0", [1, 0]],
    [" ", [1, 1]],
    [undefined, [1, 1]],
  ])("%j are read as %j", (text, weights) => {
    expect(parseWeights(text, weights.length)).toEqual(weights);
  });

  it.each(["1", "2:1:1", "one:two", "1:-1", "1e3:1", "0:0", "1001:1", "200:1", "１:２"])(
    "%j are refused for two styles",
    (text) => {
      expect(() => parseWeights(text, 2)).toThrow(expect.objectContaining({ identifier: "weights" }));
    },
  );
});
