/** The colours of a picture: a named palette by share, and small, strong accents. */
import { hypotenuse } from "../../hypotenuse.ts";
import { hueOf, indexOfNearest, nameDistance, nearestName, type LabColour } from "../../images/colour-names.ts";
import type { PlanarImage } from "../../images/plane.ts";
import { hueShares, meanColour, missingHues, type ColourShare } from "./hues.ts";
import { meanOf, quantiles } from "./statistics.ts";

export interface ColourMeasures {
  /** What a description lists, by share, largest first; one entry per name, and every hue that covers much. */
  readonly palette: readonly ColourShare[];
  /** Small and strong, not in the palette; at most two. */
  readonly accents: readonly ColourShare[];
  /** Mean chroma, and its 90th percentile. */
  readonly chroma: number;
  readonly chroma90: number;
  /** -1 cool to 1 warm. */
  readonly warmth: number;
}

const CLUSTERS = 8;
const ROUNDS = 12;
/** Every seventh pixel is enough for shares of a percent. */
const STRIDE = 7;

export function measureColours(image: PlanarImage): ColourMeasures {
  const [L, a, b] = image.planes;
  const chroma = Float32Array.from(a, (value, i) => hypotenuse(value, b[i]!));
  const mean = meanOf(chroma);
  const pixels: LabColour[] = [];
  for (let i = 0; i < L.length; i += STRIDE) pixels.push({ L: L[i]!, a: a[i]!, b: b[i]! });
  const palette = mainColours(pixels);
  const accents = findAccents(image, chroma, mean, new Set(palette.map(({ name }) => name)));
  return { palette, accents, chroma: mean, chroma90: quantiles(chroma, [0.9])[0]!, warmth: warmthOf(a, b, chroma) };
}

/** A sentence stays readable with so many colours. */
const MOST = 6;
const SMALLEST_SHARE = 0.055;

/**
 * The named clusters, and the hues that they average away. Where these are too many, clusters give way, the smallest
 * first, unless a hue would be lost by it.
 */
function mainColours(pixels: readonly LabColour[]): ColourShare[] {
  const hues = hueShares(pixels);
  const missing = (palette: readonly ColourShare[]) =>
    missingHues(
      hues,
      palette.map(({ name }) => name),
    );
  const clusters = namedClusters(pixels)
    .filter(({ share }) => share > SMALLEST_SHARE)
    .slice(0, 5);
  let palette = [...clusters, ...missing(clusters)];
  for (const cluster of clusters.toReversed()) {
    if (palette.length <= MOST) break;
    const fewer = palette.filter(({ name }) => name !== cluster.name);
    if (missing(fewer).length === 0) palette = fewer;
  }
  return palette.sort((one, other) => other.share - one.share);
}

/** Chroma-weighted balance of warm and cool hues; greys do not count. */
function warmthOf(a: Float32Array, b: Float32Array, chroma: Float32Array): number {
  let warm = 0;
  let cool = 0;
  for (let i = 0; i < chroma.length; i++) {
    if (chroma[i]! <= 0.02) continue;
    const hue = hueOf(a[i]!, b[i]!);
    if (hue < 118 || hue > 335) warm += chroma[i]!;
    else if (hue > 150) cool += chroma[i]!;
  }
  return (warm - cool) / (warm + cool + 0.004 * chroma.length);
}

/** K-means from farthest-first seeds (deterministic), clusters of one name merged. */
function namedClusters(pixels: readonly LabColour[]): ColourShare[] {
  let centres = farthestFirst(pixels);
  let members: LabColour[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    members = centres.map(() => []);
    for (const pixel of pixels) members[indexOfNearest(pixel, centres)]!.push(pixel);
    centres = centres.map((centre, i) => meanColour(members[i]!) ?? centre);
  }
  const byName = new Map<string, LabColour[]>();
  members.forEach((list) => {
    const colour = impressionOf(list);
    if (!colour) return;
    const { name } = nearestName(colour);
    byName.set(name, [...(byName.get(name) ?? []), ...list]);
  });
  return [...byName]
    .map(([name, list]) => ({ name, share: list.length / pixels.length, ...impressionOf(list)! }))
    .sort((one, other) => other.share - one.share);
}

/** The first seed is the mean of a thin sample, every next one that of its pixels which is farthest from all so far. */
function farthestFirst(pixels: readonly LabColour[]): LabColour[] {
  const step = Math.max(1, Math.floor(pixels.length / 600));
  const sample = pixels.filter((_, i) => i % step === 0);
  const seeds: LabColour[] = [meanColour(sample) ?? { L: 0.5, a: 0, b: 0 }];
  while (seeds.length < CLUSTERS) {
    let farthest = sample[0]!;
    let most = -1;
    for (const pixel of sample) {
      const distance = nameDistance(pixel, seeds[indexOfNearest(pixel, seeds)]!);
      if (distance > most) {
        most = distance;
        farthest = pixel;
      }
    }
    seeds.push(farthest);
  }
  return seeds;
}

/**
 * The colour that people would name: the mean, with the chroma of the purer half, because broken colour averages to
 * grey where the eye sees blue.
 */
function impressionOf(colours: readonly LabColour[]): LabColour | undefined {
  const mean = meanColour(colours);
  if (!mean) return undefined;
  const chroma = colours.map(({ a, b }) => hypotenuse(a, b)).sort((one, other) => one - other);
  const pure = chroma[Math.floor(0.65 * chroma.length)]!;
  const grey = hypotenuse(mean.a, mean.b);
  const gain = grey < 0.012 ? 1 : Math.min(1.35, Math.max(1, pure / grey));
  return { L: mean.L, a: mean.a * gain, b: mean.b * gain };
}

/** Hue bins of 30 degrees among the strong colours; a bin is named by its purest third, not by its pale mean. */
function findAccents(
  image: PlanarImage,
  chroma: Float32Array,
  meanChroma: number,
  taken: ReadonlySet<string>,
): ColourShare[] {
  const [L, a, b] = image.planes;
  const bins: LabColour[][] = Array.from({ length: 12 }, () => []);
  const floor = Math.max(0.06, 1.15 * meanChroma);
  for (let i = 0; i < L.length; i++) {
    if (chroma[i]! <= floor) continue;
    bins[Math.floor(hueOf(a[i]!, b[i]!) / 30) % 12]!.push({ L: L[i]!, a: a[i]!, b: b[i]! });
  }
  const purity = ({ a, b }: LabColour) => hypotenuse(a, b);
  const found = bins
    .filter((bin) => bin.length > 0.006 * L.length && bin.length < 0.14 * L.length)
    .map((bin) => {
      const pure = bin.sort((one, other) => purity(other) - purity(one)).slice(0, Math.ceil(bin.length / 3));
      const colour = meanColour(pure)!;
      return { ...colour, name: nearestName(colour).name, share: bin.length / L.length };
    })
    .filter(({ name }) => !taken.has(name))
    .sort((one, other) => purity(other) * Math.sqrt(other.share) - purity(one) * Math.sqrt(one.share));
  return found.filter(({ name }, i) => found.findIndex((other) => other.name === name) === i).slice(0, 2);
}
