/**
 * The words for a medium, from what the rules of `medium.ts` say and how likely each kind is: a narrow word where both
 * agree or the likelihoods are sure, else a wider one that is true of whatever may be, else what can be seen of the
 * surface. Measured in docs/decisions/0049.
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

/** Words of the rules that name one medium, which need less agreement than those that leave some open. */
const NARROW: ReadonlySet<Medium> = new Set<Medium>([
  "mosaic",
  "woodcut",
  "lineDrawing",
  "tonalPrint",
  "poster",
  "blockPrint",
  "tonedPaper",
  "inkOnPaper",
  "watercolour",
  "smoothOil",
  "dabs",
  "impasto",
  "brushwork",
]);

/** What a kind is called that is sure; the others were fitted on too few collections to be sure of. */
const NAME_OF: Partial<Record<Kind, Medium>> = {
  line: "lineDrawing",
  flat: "poster",
  watercolour: "watercolour",
  drawing: "chalks",
  paint: "brushwork",
};

/** Words for several kinds, in the order in which they are tried. */
const WIDE = ["lines", "flatPicture", "tintedDrawing", "smooth", "painting", "onPaper"] as const;

/** Likelihoods from which on a word is kept, a narrow word is kept, a kind is sure, and a wide word is true. */
const KEPT = 0.6;
const KEPT_NARROW = 0.35;
const SURE = 0.55;
const TRUE_OF_ALL = 0.85;

/** Kinds that show by edges, and kinds that show by surfaces. */
const EDGED = ["flat", "colourprint", "line", "glass"] as const;
const SOFT = ["photo", "smooth", "paint"] as const;

/** @param likely `null` where nothing is known of it: the rules stand alone */
export function mediumFor(measures: MediumMeasures, likely: Likelihoods | null): Medium {
  const rule = mediumOf(measures);
  if (!likely) return rule;
  const likelihood = (kinds: readonly Kind[]): number => kinds.reduce((sum, kind) => sum + likely[kind], 0);
  const ofWord = (medium: Medium): number => likelihood(KINDS_OF[medium] ?? []);

  if ((rule === "monochrome" || rule === "mutedTones") && likely.drawing < SURE) return rule;
  if (ofWord(rule) >= (NARROW.has(rule) ? KEPT_NARROW : KEPT)) return rule;
  const sure = Object.entries(NAME_OF).find(([kind]) => likely[kind as Kind] >= SURE);
  if (sure) return sure[1];
  const wide = WIDE.find((medium) => ofWord(medium) >= TRUE_OF_ALL);
  if (wide) return wide;
  if (rule === "oneHue") return rule;
  return seenIn(measures, likelihood(EDGED) > likelihood(SOFT));
}

/** What is true whatever the medium is. */
function seenIn({ chroma, fineQuiet }: MediumMeasures, edged: boolean): Medium {
  if (chroma < 0.012) return "monochrome";
  if (chroma < 0.04) return "mutedTones";
  if (edged) return "shapes";
  return fineQuiet > 0.0055 ? "textured" : "detailed";
}
