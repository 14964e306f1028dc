/** Statistics over rankings, against published examples and vectors of choix 0.4.1, krippendorff 0.9.0 and scipy 1.17.1. */
import { describe, expect, it } from "vitest";

import { kendallW, krippendorffAlpha } from "../../src/votes/agreement.ts";
import { plackettLuce } from "../../src/votes/plackett-luce.ts";
import { correlation, ranksOf } from "../../src/votes/rank-correlation.ts";

const once = (orders: readonly (readonly number[])[]) => orders.map((order) => ({ order, weight: 1 }));

describe("Plackett-Luce strengths", () => {
  // choix.mm_rankings and choix.opt_rankings agree on these to six places.
  const RANKINGS = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [2, 1, 0],
    [1, 2, 0],
    [0, 1, 2],
    [1, 0, 2],
    [3, 0, 1],
    [1, 3, 2],
    [0, 3],
    [2, 3, 0],
    [0, 1, 3],
  ];

  it("equal choix's on rankings of several lengths", () => {
    const fitted = plackettLuce(once(RANKINGS), 4);
    [0.237808, 0.338887, -0.496861, -0.079834].forEach((value, i) => expect(fitted[i]).toBeCloseTo(value, 5));
  });

  it("are the same for a ranking that is there twice as for one of twice the weight", () => {
    const twice = plackettLuce([...once(RANKINGS), { order: [2, 0, 1, 3], weight: 2 }], 4);
    const rows = plackettLuce(
      [
        ...once(RANKINGS),
        ...once([
          [2, 0, 1, 3],
          [2, 0, 1, 3],
        ]),
      ],
      4,
    );
    twice.forEach((value, i) => expect(value).toBeCloseTo(rows[i]!, 9));
  });
});

describe("agreement", () => {
  it("is Krippendorff's own in his example of four observers (2011, section E)", () => {
    const x = null;
    const observers = [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3],
      [x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x],
    ] as const;
    const units = observers[0].map((_, i) => observers.map((row) => row[i]).filter((value) => value != null));
    expect(krippendorffAlpha(units)).toBeCloseTo(0.8153875, 6);
  });

  it("is nothing where there is nothing to compare", () => {
    expect(krippendorffAlpha([[1], [2], []])).toBeNull();
    expect(
      krippendorffAlpha([
        [2, 2],
        [2, 2],
      ]),
    ).toBeNull();
    expect(kendallW([[1, 2, 3]])).toBeNull();
    expect(
      kendallW([
        [2, 2, 2],
        [2, 2, 2],
      ]),
    ).toBeNull();
  });

  it("is Kendall's W as Friedman's statistic gives it, with ties and without", () => {
    const plain = [
      [1, 2, 3, 4, 5],
      [2, 1, 3, 5, 4],
      [1, 3, 2, 4, 5],
      [3, 1, 2, 5, 4],
    ];
    expect(kendallW(plain)).toBeCloseTo(0.7875, 9);
    const tied = [
      [1, 2.5, 2.5, 4],
      [1.5, 1.5, 3, 4],
      [2, 1, 3.5, 3.5],
    ];
    expect(kendallW(tied)).toBeCloseTo(0.8271604938, 9);
  });
});

describe("the correlation of ranks", () => {
  it("is scipy's, with ties", () => {
    const x = [0.61, 0.42, 0.42, 0.77, 0.13, 0.9, 0.55];
    const y = [2.1, 1.5, 1.9, 2.1, 1.2, 2.8, 1.0];
    expect(correlation(ranksOf(x), ranksOf(y))).toBeCloseTo(0.7636363636, 9);
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeNull();
  });
});
