/**
 * Names the medium of a picture by what was measured: rules from the surest to the plainest, the first that holds. Where
 * measures cannot tell two media apart, the words name both; thresholds were measured on some 200 pictures whose medium
 * was known (docs/decisions/0028).
 */
import type { MediumMeasures } from "./medium-measures.ts";

/** Media in the words of the description; the steering reads every one of them. */
export const MEDIUM_WORDS = {
  mosaic: "mosaic set from tiles",
  woodcut: "woodcut-like print",
  lineDrawing: "line engraving or ink drawing",
  chalkOnDark: "chalk drawing on a dark ground",
  tonalPrint: "engraving or lithograph",
  poster: "graphic poster with flat areas",
  blockPrint: "flat colour woodblock print",
  inkOnPaper: "ink drawing or ink wash on plain paper",
  pencilOnPaper: "chalk or pencil drawing on plain paper",
  tintedDrawing: "lightly tinted drawing or watercolour on pale paper",
  watercolour: "light, watercolour-like painting",
  photographic: "photograph or smoothly modelled painting",
  smoothOil: "smoothly blended oil painting",
  detailed: "finely detailed painting",
  impasto: "painting with thick, visible brushwork",
  brushwork: "painting with visible brushwork",
} as const;
export type Medium = keyof typeof MEDIUM_WORDS;

type Rule = readonly [medium: Medium, holds: (measures: MediumMeasures) => boolean];

/** Chroma (90th percentile) up to which a picture is of one ink, and up to which it is tinted at most. */
const ONE_INK = 0.04;
const TINTED = 0.062;
const GREY = 0.012;

/** A sheet that was left bare: light, also along the border. */
const onPaper = ({ light, paperBorder, chroma, fineQuiet, fineHalf, colours }: MediumMeasures): boolean => {
  const bare = (light > 0.23 && paperBorder > 0.22) || (light > 0.35 && paperBorder > 0.15 && chroma < ONE_INK);
  const coveredInPaint = fineQuiet > 0.006 && fineHalf > 0.03 && colours > 30;
  return bare && !coveredInPaint;
};

/** Things on a bare ground, but with no stroke anywhere. */
const smoothOnPaper = ({ fine, chroma, agreement, plain, steep }: MediumMeasures): boolean =>
  (chroma < 0.14 && steep < 0.15 && (fine < 0.0125 || agreement > 0.8)) ||
  (chroma < 0.075 && steep < 0.1 && plain > 0.3);

/** Cut or printed in few tones, hard edges everywhere. */
const isHardPrint = ({ steep, fineHalf, colours, firstColours }: MediumMeasures): boolean =>
  steep > 0.2 && fineHalf > 0.03 && colours <= 8 && firstColours > 0.55;

/** Areas of few colours, without any grain, hard where they meet. */
const isFlat = (m: MediumMeasures): boolean =>
  m.steep > 0.155 &&
  m.colours <= 16 &&
  m.firstColours > 0.42 &&
  m.fineQuiet < 0.0045 &&
  m.fineEven < 0.12 &&
  m.chroma > 0.055 &&
  m.light > 0.15;

const RULES: readonly Rule[] = [
  [
    "chalkOnDark",
    ({ dark, lined, steep, firstColours, light }) =>
      dark > 0.6 && lined > 0.2 && steep > 0.15 && firstColours > 0.6 && light > 0.01,
  ],
  ["mosaic", ({ tiles, lined }) => tiles > 0.1 && lined > 0.7],
  ["woodcut", (m) => isHardPrint(m) && (m.chroma < TINTED ? m.dark > 0.28 : m.dark > 0.25 && m.plain < 0.1)],
  ["lineDrawing", (m) => isHardPrint(m) && m.chroma < TINTED],
  ["poster", (m) => isHardPrint(m) && m.plain > 0.1],
  [
    "poster",
    ({ plain, soft, firstColours, chroma }) => plain > 0.6 && soft < 0.15 && firstColours > 0.85 && chroma > TINTED,
  ],
  ["poster", (m) => isFlat(m) && m.chroma > 0.085 && m.plain > 0.05 && m.agreement > 0.65],
  ["blockPrint", (m) => isFlat(m) && m.chroma < 0.085 && (m.plain > 0.05 || m.lined > 0.35)],
  [
    "lineDrawing",
    (m) =>
      m.chroma < 0.075 &&
      m.colours <= 9 &&
      m.firstColours > 0.5 &&
      m.dark < 0.4 &&
      m.hatched > 0.25 &&
      m.fineHalf > 0.035,
  ],
  ["photographic", (m) => onPaper(m) && smoothOnPaper(m)],
  ["lineDrawing", (m) => onPaper(m) && m.chroma < TINTED && (m.fineHalf > 0.03 || m.lined > 0.35)],
  ["inkOnPaper", (m) => onPaper(m) && m.chroma < ONE_INK && m.steep > 0.13],
  ["pencilOnPaper", (m) => onPaper(m) && m.chroma < ONE_INK],
  ["tintedDrawing", (m) => onPaper(m) && m.chroma < TINTED],
  ["watercolour", onPaper],
  [
    "tonalPrint",
    (m) =>
      m.chroma < 0.06 &&
      m.colours <= 8 &&
      m.dark < 0.4 &&
      m.fineQuiet > 0.0125 &&
      (m.lined > 0.2 || m.fineQuiet > 0.015),
  ],
  ["photographic", ({ chroma }) => chroma < GREY],
  ["photographic", ({ fineQuiet, fineEven, colours }) => fineQuiet < 0.0045 && fineEven < 0.17 && colours <= 45],
  ["photographic", ({ fineHalf, soft }) => fineHalf < 0.0025 && soft < 0.5],
  ["smoothOil", ({ soft, fine }) => soft > 0.53 && fine < 0.0165],
  ["smoothOil", ({ soft, fine, agreement }) => soft > 0.5 && fine < 0.021 && agreement > 0.65],
  ["detailed", ({ fineEven }) => fineEven < 0.2],
  [
    "impasto",
    ({ fineQuiet, fineEven, agreement, chroma }) =>
      fineQuiet > 0.012 && fineEven > 0.3 && agreement > 0.5 && chroma > 0.085,
  ],
];

/** The medium that a picture's measures speak for. */
export const mediumOf = (measures: MediumMeasures): Medium =>
  RULES.find(([, holds]) => holds(measures))?.[0] ?? "brushwork";
