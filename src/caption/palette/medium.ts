/**
 * Names the medium of a picture by what was measured: rules from the surest to the plainest, the first that holds. Where
 * measures cannot tell media apart, the words are wide enough for all of them; thresholds were measured on some 300
 * pictures whose medium was known (docs/decisions/0028), and counted on others (0036).
 */
import type { MediumMeasures } from "./medium-measures.ts";

/** Media in the words of the description; the steering reads every one of them. */
export const MEDIUM_WORDS = {
  mosaic: "mosaic set from tiles",
  woodcut: "woodcut-like print",
  lineDrawing: "line engraving or ink drawing",
  linesOnDark: "picture of white lines on a dark ground, like a print or chalk drawing",
  tonalPrint: "engraving or lithograph",
  poster: "graphic poster with flat areas",
  blockPrint: "flat colour woodblock print",
  outlinedOnPaper: "print or drawing in colours with hard outlines on plain paper",
  pureColours: "clean picture of pure colours, flat or evenly shaded",
  marksOnPaper: "few marks or a collage on plain paper",
  tonedPaper: "chalk or pastel drawing on toned paper",
  inkOnPaper: "ink drawing or ink wash on plain paper",
  pencilOnPaper: "chalk or pencil drawing, or print in lines, on plain paper",
  tintedDrawing: "lightly tinted drawing or watercolour on pale paper",
  watercolour: "light, watercolour-like painting",
  monochrome: "monochrome picture in shaded tones",
  mutedTones: "muted picture in shaded tones",
  oneHue: "picture in shaded tones of one colour",
  smooth: "smoothly modelled picture with soft transitions",
  smoothOil: "smoothly blended oil painting",
  dabs: "picture of small dots or dabs",
  pieces: "dense picture of small dots, dabs or tiles",
  textured: "picture in lively, broken texture",
  detailed: "picture of fine detail beside plain areas",
  linedPainting: "painting or print in lines and patches of colour",
  impasto: "painting with thick, visible brushwork",
  brushwork: "painting with visible brushwork",
  painting: "painting",
  chalks: "drawing in chalk, pastel or pencil",
  lines: "drawing or print in lines",
  flatPicture: "flat illustration or print in colours",
  onPaper: "drawing, print or watercolour on paper",
  shapes: "picture of clear shapes and areas",
} as const;
export type Medium = keyof typeof MEDIUM_WORDS;

type Rule = readonly [medium: Medium, holds: (measures: MediumMeasures) => boolean];

/** Chroma (90th percentile) up to which a picture is of one ink, and up to which it is tinted at most. */
const ONE_INK = 0.04;
const TINTED = 0.062;
const GREY = 0.012;

/** Detail that paint has even at its quietest places; photographs and smooth oils have less. */
const FINE_PAINT = 0.0055;

/** Detail of paint that stands up in strokes. */
const ROUGH_PAINT = 0.0075;

/** Paint is mixed: of many colours, some of them strong. Things on a ground, stone and photographs in dull light are not. */
const isPaint = ({ chroma, colours, groundBorder }: MediumMeasures): boolean =>
  chroma > 0.06 && colours > 15 && groundBorder < 0.6;

/** A sheet that was left bare: light, also along the border. */
const onPaper = ({ light, paperBorder, chroma, fineQuiet, fineHalf, colours }: MediumMeasures): boolean => {
  const bare =
    (light > 0.3 && paperBorder > 0.3) ||
    (light > 0.5 && paperBorder > 0.22) ||
    (light > 0.35 && paperBorder > 0.15 && chroma < ONE_INK);
  const coveredInPaint = fineQuiet > 0.006 && fineHalf > 0.03 && colours > 30;
  return bare && !coveredInPaint;
};

/** Lines or rubbed tone of the paper's own hue over a ground of middle lightness, which the border shows; no darks. */
const onTonedPaper = ({ oneHue, groundLightness, groundChroma, groundBorder, dark, steep }: MediumMeasures): boolean =>
  oneHue > 0.96 &&
  groundLightness > 0.62 &&
  groundLightness < 0.88 &&
  groundChroma > 0.045 &&
  groundBorder > 0.3 &&
  dark < 0.01 &&
  steep < 0.13;

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

/** Of few colours, and full of lines that run side by side. */
const isLines = ({ chroma, colours, firstColours, dark, hatched, lined, fineHalf }: MediumMeasures): boolean => {
  if (chroma >= 0.075 || colours > 9 || dark >= 0.4) return false;
  if (hatched > 0.5) return firstColours > 0.4 && fineHalf > 0.035;
  return firstColours > 0.5 && hatched > 0.25 && (fineHalf > 0.035 || (chroma < TINTED && colours <= 6 && lined > 0.6));
};

const RULES: readonly Rule[] = [
  [
    "linesOnDark",
    ({ dark, lined, steep, firstColours, light }) =>
      dark > 0.6 && lined > 0.2 && steep > 0.15 && firstColours > 0.6 && light > 0.01,
  ],
  ["mosaic", ({ tiles, lined }) => tiles > 0.09 && lined > 0.7],
  ["woodcut", (m) => isHardPrint(m) && (m.chroma < TINTED ? m.dark > 0.28 : m.dark > 0.25 && m.plain < 0.1)],
  ["lineDrawing", (m) => isHardPrint(m) && m.chroma < TINTED],
  ["poster", (m) => isHardPrint(m) && m.plain > 0.1],
  ["marksOnPaper", (m) => onPaper(m) && m.light > 0.85 && m.plain > 0.6 && m.lined < 0.1],
  ["tonedPaper", onTonedPaper],
  [
    "poster",
    ({ plain, soft, firstColours, chroma }) => plain > 0.6 && soft < 0.15 && firstColours > 0.85 && chroma > TINTED,
  ],
  [
    "poster",
    ({ plain, steep, chroma, fineHalf, light }) =>
      plain > 0.2 && steep > 0.15 && chroma > 0.08 && fineHalf < 0.008 && light > 0.15,
  ],
  ["poster", (m) => isFlat(m) && m.chroma > 0.085 && m.plain > 0.05 && m.agreement > 0.65],
  ["blockPrint", (m) => isFlat(m) && m.chroma < 0.085 && (m.plain > 0.05 || m.lined > 0.35)],
  ["lineDrawing", isLines],
  ["smooth", (m) => onPaper(m) && smoothOnPaper(m)],
  ["lineDrawing", (m) => onPaper(m) && m.chroma < TINTED && m.colours <= 12 && (m.fineHalf > 0.03 || m.lined > 0.35)],
  // Washes and drawings on paper leave few darks, or are of few tones; photographs before a light ground are neither
  ["detailed", (m) => onPaper(m) && m.dark > 0.14 && m.fineQuiet < FINE_PAINT && m.colours > 6],
  ["inkOnPaper", (m) => onPaper(m) && m.chroma < ONE_INK && m.steep > 0.13],
  ["pencilOnPaper", (m) => onPaper(m) && m.chroma < ONE_INK],
  ["tintedDrawing", (m) => onPaper(m) && m.chroma < TINTED],
  ["outlinedOnPaper", (m) => onPaper(m) && m.steep > 0.22],
  ["watercolour", onPaper],
  [
    "tonalPrint",
    (m) =>
      m.chroma < 0.06 &&
      m.colours <= 8 &&
      m.dark < 0.4 &&
      m.fineQuiet > 0.0125 &&
      m.steep > 0.12 &&
      (m.lined > 0.2 || m.fineQuiet > 0.015),
  ],
  ["pureColours", ({ chroma, fineQuiet, agreement }) => chroma > 0.15 && fineQuiet < 0.004 && agreement > 0.7],
  ["monochrome", ({ chroma }) => chroma < GREY],
  ["mutedTones", ({ chroma }) => chroma < ONE_INK],
  ["oneHue", ({ oneHue }) => oneHue > 0.985],
  [
    "smooth",
    ({ fineQuiet, fineEven, colours, lined }) => fineQuiet < 0.0045 && fineEven < 0.17 && colours <= 45 && lined < 0.3,
  ],
  ["smooth", ({ fineHalf, soft, lined }) => fineHalf < 0.0025 && soft < 0.5 && lined < 0.3],
  ["smooth", ({ fine, fineQuiet }) => fine < 0.0125 && fineQuiet < FINE_PAINT],
  ["smoothOil", ({ dark, soft, fine }) => dark > 0.1 && soft > 0.53 && fine < 0.0165],
  ["smoothOil", ({ dark, soft, fine, agreement }) => dark > 0.1 && soft > 0.5 && fine < 0.021 && agreement > 0.65],
  ["dabs", ({ agreement, hatched, fineEven }) => agreement < 0.3 && hatched < 0.03 && fineEven > 0.4],
  ["pieces", ({ soft, lined, fineEven }) => soft < 0.02 && lined > 0.4 && fineEven > 0.4],
  ["detailed", ({ fineQuiet }) => fineQuiet < FINE_PAINT],
  ["linedPainting", ({ lined, steep }) => lined > 0.6 && steep > 0.165],
  [
    "impasto",
    ({ fineQuiet, fineEven, agreement, chroma }) =>
      fineQuiet > 0.012 && fineEven > 0.3 && agreement > 0.5 && chroma > 0.085,
  ],
  ["detailed", ({ steep, fineQuiet }) => steep > 0.14 && fineQuiet < ROUGH_PAINT],
  ["textured", (m) => !isPaint(m)],
  ["brushwork", ({ fineQuiet }) => fineQuiet > ROUGH_PAINT],
];

/** The medium that a picture's measures speak for; `medium-choice.ts` weighs it against how likely each kind is. */
export const mediumOf = (measures: MediumMeasures): Medium =>
  RULES.find(([, holds]) => holds(measures))?.[0] ?? "painting";
