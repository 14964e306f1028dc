/** The picture the painter paints towards: the content's tones and colours moved to what the description says. */
import type { PlanarImage, Plane } from "../../../images/plane.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import { PaletteMap } from "./palette-map.ts";

export interface Target {
  readonly image: PlanarImage;
  /** `null` where no colour was named: the content keeps its own. */
  readonly palette: PaletteMap | null;
}

/**
 * @param content OKLab
 * @param amount 0: the content itself; 1: wholly the described palette and tones
 */
export async function paintingTarget(
  content: PlanarImage,
  style: StyleParameters,
  amount: number,
  breathe: () => Promise<void>,
): Promise<Target> {
  const palette = style.palette.length > 0 ? new PaletteMap(content, style.palette) : null;
  await breathe();
  const curve = toneCurve(content.planes[0], style);
  const [L, a, b] = content.planes;
  const out: [Plane, Plane, Plane] = [
    new Float32Array(L.length),
    new Float32Array(L.length),
    new Float32Array(L.length),
  ];

  const mixture = new Float32Array(3);
  const { gain, warmth } = chromaRule(style);
  await breathe();
  for (let i = 0; i < L.length; i++) {
    if (i % 65_536 === 65_535) await breathe();
    const tone = curve[Math.min(255, Math.max(0, Math.round(L[i]! * 255)))]!;
    let newA = a[i]!;
    let newB = b[i]!;
    if (palette) {
      palette.mixtureAt(L[i]!, newA, newB, mixture);
      // A colour taken lighter or darker than it comes from the tube loses some of its chroma
      const gap = tone - mixture[0]!;
      const fade =
        1 / (1 + (gap < 0 ? 4.5 : 2.2) * gap * gap + 3 * Math.max(0, tone - 0.86) + 2.5 * Math.max(0, 0.22 - tone));
      newA = 0.9 * mixture[1]! * fade + 0.1 * newA;
      newB = 0.9 * mixture[2]! * fade + 0.1 * newB;
    }
    newA = newA * gain + 0.25 * warmth * tone * (1 - tone);
    newB = newB * gain + 0.85 * warmth * tone * (1 - tone);
    const limit = Math.min(1, chromaLimit(tone) / (Math.hypot(newA, newB) + 1e-6));
    out[0][i] = L[i]! + amount * (tone - L[i]!);
    out[1][i] = a[i]! + amount * (newA * limit - a[i]!);
    out[2][i] = b[i]! + amount * (newB * limit - b[i]!);
  }
  return { image: { width: content.width, height: content.height, planes: out }, palette };
}

/** Very light and very dark colours cannot be strong in sRGB; clipped they would turn garish. */
const chromaLimit = (L: number): number => Math.max(0.03, 0.05 + 0.2 * (1 - ((L - 0.62) / 0.45) ** 2));

/** A named palette carries its own saturation and temperature; words on them then only lean. */
function chromaRule({ saturation, temperature, palette }: StyleParameters): { gain: number; warmth: number } {
  const { value } = saturation;
  // 0.5 leaves chroma as it is, 1 nearly doubles it
  const full = value < 0.5 ? value / 0.5 : 1 + 1.6 * (value - 0.5);
  if (palette.length === 0) return { gain: full, warmth: 0.14 * temperature.value };
  return { gain: value < 0.1 ? full : full ** 0.5, warmth: 0.04 * temperature.value };
}

/** Content lightness (0 to 255) to painted lightness, monotone. */
function toneCurve(L: Plane, style: StyleParameters): Float32Array {
  const sorted = Float32Array.from(L).sort();
  const at = (fraction: number) => sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))]!;
  const low = at(0.01);
  const high = Math.max(low + 0.05, at(0.99));
  const key = style.key.value;
  const contrast = style.contrast.value;
  const span = 0.36 + 0.58 * contrast;
  const centre = Math.min(0.97 - span / 2, Math.max(0.06 + span / 2, 0.52 + 0.4 * (key - 0.5)));
  const gamma = 2 ** (1.3 * (0.5 - key) + medianPull(at(0.5), low, high));
  // Below: nobody spoke of tones and no palette was named, so the content's own stay
  const amount = style.key.said || style.contrast.said ? 1 : style.palette.length > 0 ? 0.75 : 0.25;
  const tones = paletteTones(style);
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const own = byte / 255;
    const place = Math.min(1, Math.max(0, (own - low) / (high - low)));
    const bent = place ** gamma;
    const steep = bent * bent * (3 - 2 * bent);
    const curved = bent + (contrast - 0.5) * 0.9 * (steep - bent);
    let tone = centre + span * (curved - 0.5);
    if (tones) {
      const rank = rankOf(sorted, own);
      tone += 0.3 * (tones[Math.min(255, Math.round(rank * 255))]! - tone);
    }
    return own + amount * (tone - own);
  });
}

/** Brings an unbalanced content half-way towards a middle median, as an exponent of two. */
function medianPull(median: number, low: number, high: number): number {
  const place = Math.min(0.9, Math.max(0.1, (median - low) / (high - low)));
  return 0.4 * Math.log2(Math.log(0.5) / Math.log(place));
}

/** Share of the sorted values below `value`. */
function rankOf(sorted: Float32Array, value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from / sorted.length;
}

/** Quantiles of the palette's lightness by weight, smoothed: where the description puts its darks and lights. */
function paletteTones({ palette }: StyleParameters): Float32Array | null {
  if (palette.length < 2) return null;
  const sorted = [...palette].sort((one, other) => one.L - other.L);
  let below = 0;
  const knots = sorted.map(({ L, weight }) => {
    const middle = below + weight / 2;
    below += weight;
    return { middle, L };
  });
  return Float32Array.from({ length: 256 }, (_, i) => {
    const rank = i / 255;
    const next = knots.findIndex(({ middle }) => middle > rank);
    if (next === 0) return knots[0]!.L;
    if (next < 0) return knots.at(-1)!.L;
    const before = knots[next - 1]!;
    const after = knots[next]!;
    return before.L + ((rank - before.middle) / (after.middle - before.middle)) * (after.L - before.L);
  });
}
