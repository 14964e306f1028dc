/** The described palette as paints: as strong as the words say, with enough of every colour that was named. */
import type { PaletteColour, StyleParameters } from "../steering/steering-parameters.ts";

/** Of a picture, what an accent covers: less is not seen among strokes, more is no accent. */
const LEAST_ACCENT = 0.055;
const MOST_ACCENT = 0.09;
/** Chroma from which a colour counts as one; greys, creams and browns lie below. */
const COLOURFUL = 0.1;

/**
 * Chroma by the words on saturation: 0 nothing, 0.5 as the names have it, above it more than the tube. A name carries
 * a saturation of its own, so words lean on it and do not replace it, unless they rule colour out.
 */
export function chromaGain({ saturation, palette }: StyleParameters): number {
  const { value } = saturation;
  const full = value < 0.5 ? value / 0.5 : 1 + 1.6 * (value - 0.5);
  return palette.length === 0 || value < 0.1 ? full : full ** (value < 0.5 ? 0.35 : 0.6);
}

/** The palette to paint with; weights add up to 1. Vivid words give the strong colours more of the picture. */
export function paintsOf(style: StyleParameters): PaletteColour[] {
  const { palette, saturation } = style;
  if (palette.length === 0) return [];
  const gain = chromaGain(style);
  const eager = 2.4 * Math.max(0, saturation.value - 0.5);
  const paints = palette.map((colour) => {
    const chroma = Math.hypot(colour.a, colour.b);
    const limit = Math.min(1, chromaLimit(colour.L) / (gain * chroma + 1e-6));
    const weight = colour.weight * (1 + eager * Math.min(1, chroma / COLOURFUL));
    return { ...colour, a: colour.a * gain * limit, b: colour.b * gain * limit, weight };
  });
  const total = paints.reduce((sum, { weight }) => sum + weight, 0);
  const accentShare = (weight: number) => Math.min(MOST_ACCENT, Math.max(LEAST_ACCENT, weight / total));
  const mains = paints.filter(({ accent }) => !accent).reduce((sum, { weight }) => sum + weight, 0);
  const accents = paints.filter(({ accent }) => accent).reduce((sum, { weight }) => sum + accentShare(weight), 0);
  return paints.map((paint) => {
    if (mains === 0) return { ...paint, weight: paint.weight / total };
    return {
      ...paint,
      weight: paint.accent ? accentShare(paint.weight) : ((1 - accents) * paint.weight) / mains,
    };
  });
}

/** Very light and very dark colours cannot be strong in sRGB; clipped they would turn garish. */
export const chromaLimit = (L: number): number => Math.max(0.03, 0.05 + 0.2 * (1 - ((L - 0.62) / 0.45) ** 2));

/** Mean chroma of a picture painted in the paints by their weights. */
export const meanChroma = (paints: readonly PaletteColour[]): number =>
  paints.reduce((sum, { a, b, weight }) => sum + weight * Math.hypot(a, b), 0);
