/** Several styles as one, by their weights, for what tells none of them from another: colours, contrast, lines. */
import type { Weighed } from "../../../blend.ts";
import type { LineArt } from "./line-art.ts";
import { build, type Vector3 } from "./matrix3.ts";
import type { ColourMoments } from "./monge-kantorovich.ts";
import type { Palette, StyleColours } from "./palette.ts";
import { mixedQuantiles } from "./sliced-transport.ts";

/** What a picture as a whole takes of its style, or of all its styles. */
export interface Look extends StyleColours {
  /** The colours of what is painted over. */
  readonly ground: Palette;
  /** Contrast of lightness in each octave. */
  readonly bands: readonly number[];
  readonly lineArt: LineArt;
}

/** The mixture of their colours, as if so much of a picture were in each style, and the mean of what is a number. */
export function mixedLook(styles: readonly Weighed<{ readonly analysis: Look }>[]): Look {
  const [first, ...others] = styles as readonly [Weighed<{ readonly analysis: Look }>, ...typeof styles];
  if (others.length === 0) return first.analysis;
  const mean = (of: (look: Look) => number): number =>
    styles.reduce((sum, { analysis, weight }) => sum + weight * of(analysis), 0);
  const looks = styles.map(({ analysis, weight }) => ({ ...analysis, weight }));
  return {
    ...mixedPalette(looks),
    ground: mixedPalette(styles.map(({ analysis, weight }) => ({ ...analysis.ground, weight }))),
    strokes: mixedStrokes(looks),
    bands: first.analysis.bands.map((_, k) => mean(({ bands }) => bands[k]!)),
    lineArt: mixedLineArt(styles.map(({ analysis, weight }) => ({ ...analysis.lineArt, weight }))),
  };
}

const mixedPalette = (palettes: readonly Weighed<Palette>[]): Palette => ({
  moments: mixedMoments(palettes.map(({ moments, weight }) => ({ ...moments, weight }))),
  quantiles: mixedQuantiles(palettes.map(({ quantiles, weight }) => ({ ...quantiles, weight }))),
});

/** Of a mixture of distributions: what each varies by itself, and what their means lie apart. */
function mixedMoments(all: readonly Weighed<ColourMoments>[]): ColourMoments {
  const sum = (of: (moments: ColourMoments) => number): number =>
    all.reduce((total, moments) => total + moments.weight * of(moments), 0);
  const mean: Vector3 = [sum((one) => one.mean[0]), sum((one) => one.mean[1]), sum((one) => one.mean[2])];
  return {
    mean,
    covariance: build((row, column) =>
      sum((one) => one.covariance[row]![column]! + (one.mean[row]! - mean[row]!) * (one.mean[column]! - mean[column]!)),
    ),
  };
}

/** As many of each as its weight says. */
function mixedStrokes(styles: readonly Weighed<Pick<StyleColours, "strokes">>[]): Float32Array {
  const longest = Math.max(...styles.map(({ strokes }) => strokes.length));
  const parts = styles.map(({ strokes, weight }) =>
    Float32Array.from({ length: Math.round(weight * longest) }, (_, i) => {
      const at = ((i + 0.5) * strokes.length) / Math.round(weight * longest);
      return strokes[Math.floor(at)]!;
    }),
  );
  const mixed = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    mixed.set(part, at);
    at += part.length;
  }
  return mixed;
}

/** Paper and ink are those of the styles that have lines. */
function mixedLineArt(all: readonly Weighed<LineArt>[]): LineArt {
  const score = all.reduce((sum, one) => sum + one.weight * one.score, 0);
  const mean = (of: "paper" | "ink"): number =>
    all.reduce((sum, one) => sum + (score > 0 ? (one.weight * one.score) / score : one.weight) * one[of], 0);
  return { score, paper: mean("paper"), ink: mean("ink") };
}
