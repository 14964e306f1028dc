/** Regions of a picture by colour and place: what a painter would give one colour of the palette each. */
import { hypotenuse } from "../../../hypotenuse.ts";
import type { LabColour } from "../../../images/colour-names.ts";
import type { PlanarImage } from "../../../images/plane.ts";

const REGIONS = 24;
const ROUNDS = 8;
const SAMPLE = 4000;
/** How much a whole picture's width counts beside the way from black to white, squared. */
const PLACE = 0.05;

/** A pixel's colour and where it stands, in shares of the picture. */
export interface PlacedColour extends LabColour {
  readonly x: number;
  readonly y: number;
}

export interface ColourRegion extends PlacedColour {
  /** Share of the picture. */
  readonly mass: number;
  /** How much it stands out, 0 to 1 from region to region: strong against the rest, and near the middle. */
  readonly salience: number;
}

/** Colours and places in a row, five numbers each: for every pixel of a picture, objects would be garbage. */
export const inRow = (colours: readonly PlacedColour[]): Float64Array =>
  Float64Array.from(colours.flatMap(({ L, a, b, x, y }) => [L, a, b, x, y]));

/** Writes the squared distances of colour and place from each of a row of colours, and gives the place of the nearest. */
export function distancesFrom(
  L: number,
  a: number,
  b: number,
  x: number,
  y: number,
  row: Float64Array,
  distances: Float64Array,
): number {
  let nearest = 0;
  for (let k = 0, at = 0; k < distances.length; k++, at += 5) {
    const dL = L - row[at]!;
    const da = a - row[at + 1]!;
    const db = b - row[at + 2]!;
    const dx = x - row[at + 3]!;
    const dy = y - row[at + 4]!;
    distances[k] = dL * dL + 2.25 * (da * da + db * db) + PLACE * (dx * dx + dy * dy);
    if (distances[k]! < distances[nearest]!) nearest = k;
  }
  return nearest;
}

/** K-means of a sample of the picture from evenly spaced seeds along lightness. */
export function colourRegions(image: PlanarImage): ColourRegion[] {
  const pixels = sampleOf(image).sort((one, other) => one.L - other.L);
  let centres: PlacedColour[] = Array.from(
    { length: REGIONS },
    (_, k) => pixels[Math.floor(((k + 0.5) / REGIONS) * pixels.length)]!,
  );
  const distances = new Float64Array(REGIONS);
  let members: PlacedColour[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    members = centres.map(() => []);
    const row = inRow(centres);
    for (const pixel of pixels) {
      const { L, a, b, x, y } = pixel;
      members[distancesFrom(L, a, b, x, y, row, distances)]!.push(pixel);
    }
    centres = centres.map((centre, k) => (members[k]!.length === 0 ? centre : meanOf(members[k]!)));
  }
  const whole = meanOf(pixels);
  const regions = centres
    .map((centre, k) => ({ ...centre, mass: members[k]!.length / pixels.length, salience: prominence(centre, whole) }))
    .filter(({ mass }) => mass > 0);
  const most = Math.max(...regions.map(({ salience }) => salience)) + 1e-6;
  return regions.map((region) => ({ ...region, salience: region.salience / most }));
}

function sampleOf({ width, height, planes }: PlanarImage): PlacedColour[] {
  const [L, a, b] = planes;
  const step = Math.max(1, Math.floor(L.length / SAMPLE));
  const pixels: PlacedColour[] = [];
  for (let i = Math.floor(step / 2); i < L.length; i += step) {
    pixels.push({ L: L[i]!, a: a[i]!, b: b[i]!, x: (i % width) / width, y: Math.floor(i / width) / height });
  }
  return pixels;
}

function meanOf(pixels: readonly PlacedColour[]): PlacedColour {
  const sum = { L: 0, a: 0, b: 0, x: 0, y: 0 };
  for (const { L, a, b, x, y } of pixels) {
    sum.L += L;
    sum.a += a;
    sum.b += b;
    sum.x += x;
    sum.y += y;
  }
  const n = pixels.length;
  return { L: sum.L / n, a: sum.a / n, b: sum.b / n, x: sum.x / n, y: sum.y / n };
}

function prominence(region: PlacedColour, whole: PlacedColour): number {
  const strength = hypotenuse(region.a - whole.a, region.b - whole.b) / 0.1 + 0.4 * Math.abs(region.L - whole.L);
  const central = Math.exp(-((region.x - 0.5) ** 2 + (region.y - 0.55) ** 2) / 0.12);
  return Math.min(1.5, strength) + 0.25 * central;
}
