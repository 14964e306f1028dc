import { expect, it } from "vitest";

import { planText } from "../../src/cli/study-plan.ts";

it("a plan says for each number of pairs how many people it takes, and where no number will do", () => {
  const rows = [
    { pairs: 8, people: null, most: 400, power: 0.61, falseFinds: 0.4 },
    { pairs: 32, people: 31, most: 400, power: 0.805, falseFinds: 0.11 },
  ];
  const options = { difference: 0.2, power: 0.8, perPerson: 16 };
  const text = planText(rows, options, { betweenPairs: 0.25, betweenPeople: 0.25 });
  expect(text.split("\n").slice(0, 4)).toEqual([
    "To find a difference of 0.2 points between two variants in 80 % of studies:",
    "   pairs  people ballots   power  false finds",
    "       8   > 400    3200    61 %          40 %",
    "      32      31     496    81 %          11 %",
  ]);
});
