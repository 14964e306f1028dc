/** The picture the painter paints towards: the content's tones and colours moved to what the description says. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { createPlanar, type PlanarImage, type Plane } from "../../../images/plane.ts";
import { rankOf } from "../rank.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import { chromaGain, chromaLimit, meanChroma, paintsOf } from "./paints.ts";
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
  const paints = paintsOf(style);
  const palette = paints.length > 0 ? new PaletteMap(content, paints) : null;
  await breathe();
  const curve = toneCurve(content.planes[0], style);
  const aim = createPlanar(content.width, content.height);
  tone(aim.planes[0], content.planes[0], curve, palette);
  await breathe();
  colour(aim, content, palette);
  await breathe();
  const gain = palette ? towardsChroma(aim, meanChroma(paints)) : chromaGain(style);
  const warmth = (palette ? 0.04 : 0.14) * style.temperature.value;
  const [L, a, b] = aim.planes;
  for (let i = 0; i < L.length; i++) {
    if (i % 65_536 === 65_535) await breathe();
    const middle = L[i]! * (1 - L[i]!);
    const newA = a[i]! * gain + 0.25 * warmth * middle;
    const newB = b[i]! * gain + 0.85 * warmth * middle;
    const limit = Math.min(1, chromaLimit(L[i]!) / (hypotenuse(newA, newB) + 1e-6));
    a[i] = newA * limit;
    b[i] = newB * limit;
    for (const [channel, plane] of aim.planes.entries()) {
      const own = content.planes[channel]![i]!;
      plane[i] = own + amount * (plane[i]! - own);
    }
  }
  return { image: aim, palette };
}

/** Of the way from the content's lightness to the palette's, how much a grey goes, and how much a strong colour. */
const LIGHT_PULL = { grey: 0.12, strong: 0.45 };

/** The curve's tones. Strong colours come lighter or darker as they are named: amber in the dark would be brown. */
function tone(out: Plane, L: Plane, curve: Float32Array, palette: PaletteMap | null): void {
  for (let i = 0; i < L.length; i++) {
    const own = curve[Math.min(255, Math.max(0, Math.round(L[i]! * 255)))]!;
    if (!palette) {
      out[i] = own;
      continue;
    }
    const [mixL, mixA, mixB] = palette.mixture.planes;
    const strength = Math.min(1, hypotenuse(mixA[i]!, mixB[i]!) / 0.13);
    out[i] = own + (LIGHT_PULL.grey + (LIGHT_PULL.strong - LIGHT_PULL.grey) * strength) * (mixL[i]! - own);
  }
}

/** The palette's hues, and a tenth of the content's own. A paint taken lighter or darker than it is loses some chroma. */
function colour(aim: PlanarImage, content: PlanarImage, palette: PaletteMap | null): void {
  const [L, a, b] = aim.planes;
  const [, ownA, ownB] = content.planes;
  if (!palette) {
    a.set(ownA);
    b.set(ownB);
    return;
  }
  const [mixL, mixA, mixB] = palette.mixture.planes;
  for (let i = 0; i < L.length; i++) {
    const gap = L[i]! - mixL[i]!;
    const fade = 0.9 / (1 + (gap < 0 ? 2.5 : 1.8) * gap * gap + 3 * Math.max(0, L[i]! - 0.88));
    a[i] = mixA[i]! * fade + 0.1 * ownA[i]!;
    b[i] = mixB[i]! * fade + 0.1 * ownB[i]!;
  }
}

/** What brings a picture's mean chroma up to the palette's, within reason. */
function towardsChroma({ planes: [, a, b] }: PlanarImage, wanted: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += hypotenuse(a[i]!, b[i]!);
  return Math.min(1.5, Math.max(1, (wanted * a.length) / (sum + 1e-6)));
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
