/** Moves the content's colours to a described palette: soft optimal transport that keeps dark dark and light light. */
import { indexOfNearest, type LabColour } from "../../../images/colour-names.ts";
import type { PlanarImage } from "../../../images/plane.ts";

import type { Random } from "../../../random.ts";
import type { PaletteColour } from "../steering/steering-parameters.ts";

const CLUSTERS = 20;
const ROUNDS = 8;
/** Nodes of the lookup table along L, a and b. */
const NODES = 17;
const SINKHORN_ROUNDS = 60;
/** Entropy of the coupling: lower is stricter, and harder at the borders of colours. */
const ENTROPY = 0.035;

interface Cluster extends LabColour {
  readonly mass: number;
}

/** For any content colour, the palette colours that stand for it, by share. */
export class PaletteMap {
  readonly #palette: readonly PaletteColour[];
  /** Shares of the palette's colours at each node, `NODES ** 3 * palette.length`. */
  readonly #table: Float32Array;
  readonly #reach: number;
  readonly #shares: Float32Array;

  /** @param palette at least one colour */
  constructor(content: PlanarImage, palette: readonly PaletteColour[]) {
    this.#palette = palette;
    this.#shares = new Float32Array(palette.length);
    const clusters = clustersOf(content);
    const coupling = sinkhorn(clusters, palette);
    let reach = 0.05;
    for (const { a, b } of clusters) reach = Math.max(reach, Math.abs(a), Math.abs(b));
    this.#reach = 1.3 * reach;
    this.#table = this.#tabulate(clusters, coupling);
  }

  /** Writes the palette's shares at a content colour to the scratch array. */
  #sharesAt(L: number, a: number, b: number): void {
    const out = this.#shares;
    const size = this.#palette.length;
    const last = NODES - 1;
    const place = [L * last, this.#node(a), this.#node(b)].map((value) => Math.min(last - 1e-3, Math.max(0, value)));
    const [l0, a0, b0] = place.map(Math.floor) as [number, number, number];
    const [fl, fa, fb] = [place[0]! - l0, place[1]! - a0, place[2]! - b0];
    out.fill(0);
    for (let corner = 0; corner < 8; corner++) {
      const dl = corner & 1;
      const da = (corner >> 1) & 1;
      const db = corner >> 2;
      const weight = (dl ? fl : 1 - fl) * (da ? fa : 1 - fa) * (db ? fb : 1 - fb);
      const at = (((l0 + dl) * NODES + a0 + da) * NODES + b0 + db) * size;
      for (let k = 0; k < size; k++) out[k]! += weight * this.#table[at + k]!;
    }
  }

  /**
   * The mixture of palette colours at a content colour, written to `out` as L, a, b. Opposite hues would mix to grey,
   * so the mixture keeps most of the chroma of its parts.
   */
  mixtureAt(L: number, a: number, b: number, out: Float32Array): void {
    const shares = this.#shares;
    this.#sharesAt(L, a, b);
    let mixL = 0;
    let mixA = 0;
    let mixB = 0;
    let chroma = 0;
    this.#palette.forEach((colour, k) => {
      const share = shares[k]!;
      mixL += share * colour.L;
      mixA += share * colour.a;
      mixB += share * colour.b;
      chroma += share * Math.hypot(colour.a, colour.b);
    });
    const mixed = Math.hypot(mixA, mixB);
    const gain = mixed > 0.01 ? Math.min(1.8, Math.max(1, (0.85 * chroma) / mixed)) : 1;
    out[0] = mixL;
    out[1] = mixA * gain;
    out[2] = mixB * gain;
  }

  /** One colour of the palette, drawn by the shares at a content colour. */
  drawAt(L: number, a: number, b: number, random: Random): PaletteColour {
    this.#sharesAt(L, a, b);
    let draw = random();
    for (let k = 0; k < this.#palette.length; k++) {
      draw -= this.#shares[k]!;
      if (draw < 0) return this.#palette[k]!;
    }
    return this.#palette.at(-1)!;
  }

  #node(chroma: number): number {
    return ((chroma / this.#reach + 1) / 2) * (NODES - 1);
  }

  #tabulate(clusters: readonly Cluster[], coupling: readonly Float32Array[]): Float32Array {
    const size = this.#palette.length;
    const table = new Float32Array(NODES ** 3 * size);
    let at = 0;
    for (let l = 0; l < NODES; l++) {
      for (let i = 0; i < NODES; i++) {
        for (let j = 0; j < NODES; j++) {
          const colour = {
            L: l / (NODES - 1),
            a: ((2 * i) / (NODES - 1) - 1) * this.#reach,
            b: ((2 * j) / (NODES - 1) - 1) * this.#reach,
          };
          const distances = clusters.map((cluster) => distance(colour, cluster));
          const nearest = Math.min(...distances);
          let total = 0;
          clusters.forEach((_, c) => {
            const weight = Math.exp((nearest - distances[c]!) / 0.004);
            total += weight;
            for (let k = 0; k < size; k++) table[at + k]! += weight * coupling[c]![k]!;
          });
          for (let k = 0; k < size; k++) table[at + k]! /= total;
          at += size;
        }
      }
    }
    return table;
  }
}

const distance = (one: LabColour, other: LabColour): number =>
  (one.L - other.L) ** 2 + 2.25 * ((one.a - other.a) ** 2 + (one.b - other.b) ** 2);

/** The content's own colours, by what they cover. */
export const ownPalette = (content: PlanarImage): PaletteColour[] =>
  clustersOf(content).map(({ mass, ...colour }) => ({ ...colour, name: "", weight: mass, accent: false }));

/** K-means of a sample of the content from evenly spaced seeds along lightness. */
function clustersOf(content: PlanarImage): Cluster[] {
  const [L, a, b] = content.planes;
  const step = Math.max(1, Math.floor(L.length / 4000));
  const pixels: LabColour[] = [];
  for (let i = Math.floor(step / 2); i < L.length; i += step) pixels.push({ L: L[i]!, a: a[i]!, b: b[i]! });
  pixels.sort((one, other) => one.L - other.L);
  let clusters: Cluster[] = Array.from({ length: CLUSTERS }, (_, k) => ({
    ...pixels[Math.floor(((k + 0.5) / CLUSTERS) * pixels.length)]!,
    mass: 0,
  }));
  for (let round = 0; round < ROUNDS; round++) {
    const sums = clusters.map(() => ({ L: 0, a: 0, b: 0, count: 0 }));
    for (const pixel of pixels) {
      const sum = sums[indexOfNearest(pixel, clusters, distance)]!;
      sum.L += pixel.L;
      sum.a += pixel.a;
      sum.b += pixel.b;
      sum.count += 1;
    }
    clusters = clusters.map((cluster, k) => {
      const { L, a, b, count } = sums[k]!;
      return count === 0
        ? { ...cluster, mass: 0 }
        : { L: L / count, a: a / count, b: b / count, mass: count / pixels.length };
    });
  }
  return clusters.filter(({ mass }) => mass > 0);
}

/** Middles of the shares when things are laid end to end from dark to light. */
function tonalRanks(things: readonly LabColour[], masses: readonly number[]): number[] {
  const order = things.map((_, i) => i).sort((one, other) => things[one]!.L - things[other]!.L);
  const ranks = Array.from(things, () => 0);
  let below = 0;
  for (const i of order) {
    ranks[i] = below + masses[i]! / 2;
    below += masses[i]!;
  }
  return ranks;
}

/**
 * Entropic optimal transport (Cuturi 2013) between content clusters and palette. The cost puts tonal order first, then
 * hue, then chroma: dark colours of the palette go to the dark parts, warm to warm, accents to what already stands out.
 * Gives each cluster's shares of the palette, which add up to 1.
 */
function sinkhorn(clusters: readonly Cluster[], palette: readonly PaletteColour[]): Float32Array[] {
  const masses = clusters.map(({ mass }) => mass);
  const weights = palette.map(({ weight }) => weight);
  const clusterRanks = tonalRanks(clusters, masses);
  const paletteRanks = tonalRanks(palette, weights);
  const kernel = clusters.map((cluster, c) =>
    Float32Array.from(palette, (colour, k) => {
      const tone = (clusterRanks[c]! - paletteRanks[k]!) ** 2;
      const own = Math.hypot(cluster.a, cluster.b);
      const theirs = Math.hypot(colour.a, colour.b);
      const cosine = (cluster.a * colour.a + cluster.b * colour.b) / (own * theirs + 1e-6);
      const hue = ((1 - cosine) / 2) * Math.min(1, own / 0.08) * Math.min(1, theirs / 0.08);
      const chroma = (Math.min(own, 0.2) - Math.min(theirs, 0.2)) ** 2;
      return Math.exp(-(1.6 * tone + 0.7 * hue + 8 * chroma) / ENTROPY) + 1e-12;
    }),
  );
  const rows = Float64Array.from(masses, () => 1);
  const columns = Float64Array.from(weights, () => 1);
  for (let round = 0; round < SINKHORN_ROUNDS; round++) {
    kernel.forEach((row, c) => {
      rows[c] = masses[c]! / row.reduce((sum, value, k) => sum + value * columns[k]!, 0);
    });
    weights.forEach((weight, k) => {
      columns[k] = weight / kernel.reduce((sum, row, c) => sum + row[k]! * rows[c]!, 0);
    });
  }
  return kernel.map((row, c) => row.map((value, k) => (value * columns[k]! * rows[c]!) / masses[c]!));
}
