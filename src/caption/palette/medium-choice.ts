/**
 * The words for a medium, from what the rules of `medium.ts` say and how likely each kind is: a word of the rules where
 * both agree, else a kind that is sure, else a wider word that is true of whatever may be, else what can be seen of the
 * surface. How sure is enough was measured word by word, in docs/decisions/0049.
 */
import type { Kind, Likelihoods } from "./medium-likelihoods.ts";
import type { MediumMeasures } from "./medium-measures.ts";
import { mediumOf, type Medium } from "./medium.ts";

/** The kinds of which a word is true. Words that are not here say what is seen, and leave the medium open. */
const KINDS_OF: Partial<Record<Medium, readonly Kind[]>> = {
  mosaic: ["mosaic"],
  woodcut: ["line"],
  lineDrawing: ["line"],
  linesOnDark: ["line", "flat", "drawing"],
  tonalPrint: ["line"],
  poster: ["flat"],
  blockPrint: ["colourprint"],
  outlinedOnPaper: ["colourprint", "flat"],
  pureColours: ["flat", "digital", "glass"],
  marksOnPaper: ["line", "drawing", "flat"],
  tonedPaper: ["drawing"],
  inkOnPaper: ["line"],
  pencilOnPaper: ["drawing", "line"],
  tintedDrawing: ["watercolour", "drawing"],
  watercolour: ["watercolour"],
  smooth: ["smooth", "photo", "digital"],
  smoothOil: ["smooth"],
  dabs: ["paint", "mosaic"],
  pieces: ["paint", "mosaic"],
  linedPainting: ["paint", "colourprint"],
  impasto: ["paint"],
  brushwork: ["paint"],
  painting: ["paint", "smooth", "watercolour"],
  lines: ["line", "drawing"],
  flatPicture: ["flat", "colourprint"],
  onPaper: ["line", "drawing", "watercolour", "colourprint"],
};

/**
 * How likely a word of the rules has to be true to stay: less for words that were hardly ever wrong where likelihoods
 * agree, more for those that were wrong as often as right.
 */
const KEPT = 0.75;
const KEPT_FROM: Partial<Record<Medium, number>> = {
  mosaic: 0.45,
  woodcut: 0.45,
  poster: 0.45,
  impasto: 0.45,
  lines: 0.45,
  inkOnPaper: 0.5,
  watercolour: 0.6,
  marksOnPaper: 0.6,
  linesOnDark: 0.6,
  smooth: 0.7,
  blockPrint: 0.85,
  tonedPaper: 0.85,
  pencilOnPaper: 0.85,
  tintedDrawing: 0.85,
  dabs: 0.85,
  pieces: 0.85,
};

/** Kinds that may be named by likelihoods alone, from which on; the others were fitted on too few collections or are mistaken. */
const SURE: readonly (readonly [kind: Kind, from: number, medium: Medium])[] = [
  ["flat", 0.6, "poster"],
  ["drawing", 0.65, "chalks"],
  ["paint", 0.65, "brushwork"],
];

/** Words for several kinds, in the order in which they are tried, and how likely they have to be true. */
const WIDE: readonly (readonly [medium: Medium, from: number])[] = [
  ["lines", 0.8],
  ["flatPicture", 0.8],
  ["smooth", 0.9],
  ["painting", 0.9],
  ["onPaper", 0.9],
];

/** @param likely `null` where nothing is known of it: the rules stand alone */
export function mediumFor(measures: MediumMeasures, likely: Likelihoods | null): Medium {
  if (!likely) return mediumOf(measures);
  const rule = widened(mediumOf(measures), measures);
  const ofWord = (medium: Medium): number => (KINDS_OF[medium] ?? []).reduce((sum, kind) => sum + likely[kind], 0);
  const may = (medium: Medium): boolean => !looksLikeAnother(medium, rule, measures);

  const sure = SURE.filter(([kind, from, medium]) => likely[kind] >= from && may(medium));
  if ((rule === "monochrome" || rule === "mutedTones") && !sure.some(([kind]) => kind === "drawing")) return rule;
  if (ofWord(rule) >= (KEPT_FROM[rule] ?? KEPT) && may(rule)) return rule;
  if (sure[0]) return sure[0][2];
  const wide = WIDE.find(([medium, from]) => ofWord(medium) >= from && may(medium));
  if (wide) return wide[0];
  return rule === "oneHue" ? rule : seenIn(measures, likely);
}

/** Lettering and flat shapes in outlines were called ink drawings, however likely those were; these leave no plain areas. */
const widened = (rule: Medium, { plain }: MediumMeasures): Medium =>
  rule === "lineDrawing" && plain > 0.15 ? "lines" : rule;

/** What was mistaken however likely: mosaics and cloth, full of lines, for paint; evenly blended paint for flat areas. */
function looksLikeAnother(medium: Medium, rule: Medium, { lined }: MediumMeasures): boolean {
  if (medium === "brushwork" || medium === "painting") return lined >= 0.45;
  return (medium === "poster" || medium === "flatPicture") && (rule === "smooth" || rule === "smoothOil");
}

/** What is true whatever the medium is, and said of shapes only where those are likelier than soft forms. */
function seenIn({ chroma, fineQuiet }: MediumMeasures, likely: Likelihoods): Medium {
  if (chroma < 0.012) return "monochrome";
  if (chroma < 0.04) return "mutedTones";
  if (likely.flat + likely.colourprint > likely.photo + likely.smooth + likely.paint / 3) return "shapes";
  return fineQuiet > 0.0055 ? "textured" : "detailed";
}
