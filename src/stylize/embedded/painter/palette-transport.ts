/** Which colours of a palette stand for which region of a picture: accents by choice, the others by optimal transport. */
import { hueOf, type LabColour } from "../../../images/colour-names.ts";
import type { PaletteColour } from "../steering/steering-parameters.ts";
import type { ColourRegion } from "./colour-regions.ts";

const ROUNDS = 80;
/** Entropy of the coupling: lower is stricter. What is mixed of many colours ends as brown. */
const ENTROPY = 0.018;

/**
 * Each region's shares of the palette, which add up to 1. Accents are set first, whole, where something stands out;
 * the other colours share the picture by transport. The cost puts tonal order first, then hue, then chroma: dark
 * colours of the palette go to the dark parts, like hues to like. Where the content is grey, warm colours go to the
 * light and cool ones to the shade.
 */
export function transport(regions: readonly ColourRegion[], palette: readonly PaletteColour[]): Float32Array[] {
  const regionRanks = tonalRanks(
    regions,
    regions.map(({ mass }) => mass),
  );
  const paletteRanks = tonalRanks(
    palette,
    palette.map(({ weight }) => weight),
  );
  const costs = regions.map((region, r) =>
    palette.map(
      (colour, k) =>
        1.6 * (regionRanks[r]! - paletteRanks[k]!) ** 2 +
        hueCost(region, colour) +
        lightCost(region, colour, regionRanks[r]!),
    ),
  );
  const accents = placedAccents(regions, palette, costs);
  const mains = palette.map(({ accent, weight }) => (accent && accents.size > 0 ? 0 : weight));
  const coupling = sinkhorn(
    regions.map(({ mass }) => mass),
    mains,
    costs,
  );
  for (const [r, { colour, share }] of accents) {
    coupling[r] = coupling[r]!.map((value, k) => (1 - share) * value + (k === colour ? share : 0));
  }
  return coupling;
}

/** For each region that carries an accent, which colour of the palette, and how much of it. */
function placedAccents(
  regions: readonly ColourRegion[],
  palette: readonly PaletteColour[],
  costs: readonly (readonly number[])[],
): Map<number, { readonly colour: number; readonly share: number }> {
  const placed = new Map<number, { colour: number; share: number }>();
  if (palette.every(({ accent }) => accent)) return placed;
  for (const [colour, { accent, weight }] of palette.entries()) {
    if (!accent) continue;
    const price = (r: number): number =>
      costs[r]![colour]! + 0.3 * (1 - regions[r]!.salience) + 0.2 * Math.max(0, regions[r]!.mass / weight - 1.3);
    const order = regions.map((_, r) => r).sort((one, other) => price(one) - price(other));
    let missing = weight;
    for (const r of order) {
      const share = Math.min(1, missing / regions[r]!.mass);
      if (placed.has(r) || (missing < weight && share < 0.5)) continue;
      placed.set(r, { colour, share });
      missing -= share * regions[r]!.mass;
      if (missing < 0.2 * weight) break;
    }
  }
  return placed;
}

/** Couples masses to weights at least cost, but for the entropy (Cuturi 2013); rows add up to 1. */
function sinkhorn(
  masses: readonly number[],
  weights: readonly number[],
  costs: readonly (readonly number[])[],
): Float32Array[] {
  const kernel = costs.map((row) => Float64Array.from(row, (cost) => Math.exp(-cost / ENTROPY) + 1e-30));
  const rows = Float64Array.from(masses, () => 1);
  const columns = Float64Array.from(weights, () => 1);
  for (let round = 0; round < ROUNDS; round++) {
    kernel.forEach((row, r) => {
      rows[r] = masses[r]! / row.reduce((sum, value, k) => sum + value * columns[k]!, 0);
    });
    weights.forEach((weight, k) => {
      columns[k] = weight / kernel.reduce((sum, row, r) => sum + row[k]! * rows[r]!, 0);
    });
  }
  return kernel.map((row, r) => {
    const shares = Float32Array.from(row, (value, k) => value * columns[k]! * rows[r]!);
    const total = shares.reduce((sum, value) => sum + value, 0);
    return shares.map((value) => value / total);
  });
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

function hueCost(one: LabColour, other: LabColour): number {
  const own = Math.hypot(one.a, one.b);
  const theirs = Math.hypot(other.a, other.b);
  const cosine = (one.a * other.a + one.b * other.b) / (own * theirs + 1e-6);
  const turn = ((1 - cosine) / 2) * Math.min(1, own / 0.06) * Math.min(1, theirs / 0.06);
  return 0.95 * turn + 8 * (Math.min(own, 0.2) - Math.min(theirs, 0.2)) ** 2;
}

/** Small, and nothing where the content has a hue of its own. */
function lightCost(region: LabColour, colour: LabColour, rank: number): number {
  const chroma = Math.hypot(colour.a, colour.b);
  // Orange is the warmest hue, about 60 degrees; its opposite the coolest
  const warmth = Math.cos(((hueOf(colour.a, colour.b) - 60) * Math.PI) / 180) * Math.min(1, chroma / 0.08);
  const grey = 1 - Math.min(1, Math.hypot(region.a, region.b) / 0.06);
  return 0.12 * grey * warmth * (0.5 - rank);
}
