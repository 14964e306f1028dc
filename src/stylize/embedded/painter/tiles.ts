/** Tiles: mosaic and stained glass laid along the forms, and pixel art. */
import { hypotenuse } from "../../../hypotenuse.ts";
import type { LabColour } from "../../../images/colour-names.ts";
import { resizePlanar, createPlanar, type PlanarImage } from "../../../images/plane.ts";
import { seenOf, type Easel } from "./easel.ts";
import { clusterColours, nearestColour } from "./flat-colours.ts";
import { contourInk } from "./lines.ts";
import { signed } from "./value-noise.ts";
import { inked, inkColour } from "./outlines.ts";

/** Tile sizes from the first look to the last, in multiples of the last. */
const LOOKS = [5, 3.8, 2.9, 2.2, 1.7, 1.3, 1] as const;

/** Each look is laid anew with smaller tiles; where the description has heavy outlines, lead runs along the contours. */
export async function layMosaic(easel: Easel): Promise<void> {
  const { style, unit, strength, content, field, show, breathe } = easel;
  const glass = style.outlines.value > 0.7;
  const last = (glass ? 9.5 : 6) * (0.7 + 0.9 * style.strokeWidth.value) * (0.6 + 0.6 * strength) * unit;
  const contours = contourInk(content.planes[0], content, field, (glass ? 1.7 : 0.9) * unit, glass ? 0.4 : 0.3);
  await breathe();
  for (const [k, multiple] of seenOf(easel, LOOKS).entries()) {
    const laid = await tiled(easel, Math.max(3, last * multiple), glass);
    const leaded = inked(laid, contours, inkColour(style), glass ? 0.95 : 0.35 + 0.5 * style.outlines.value);
    await show(multiple === 1 ? leaded : laid, (k + 1) / LOOKS.length);
  }
}

interface Tile {
  readonly x: number;
  readonly y: number;
  /** Tangent of the field there. */
  readonly tx: number;
  readonly ty: number;
}

async function tiled(easel: Easel, spacing: number, glass: boolean): Promise<PlanarImage> {
  const { width, height, target, random, style, breathe } = easel;
  const columns = Math.ceil(width / spacing) + 1;
  const rows = Math.ceil(height / spacing) + 1;
  const tiles: Tile[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = (column + 0.5 * (row & 1) + (glass ? 0.36 : 0.16) * signed(random)) * spacing;
      const y = (row + (glass ? 0.36 : 0.16) * signed(random)) * spacing;
      const i =
        Math.min(height - 1, Math.max(0, Math.round(y))) * width + Math.min(width - 1, Math.max(0, Math.round(x)));
      tiles.push({ x, y, tx: easel.field.tx[i]!, ty: easel.field.ty[i]! });
    }
  }
  const owner = new Int32Array(width * height);
  const gap = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    if (y % 64 === 63) await breathe();
    for (let x = 0; x < width; x++) nearestTile(x, y, width, tiles, columns, rows, spacing, glass, owner, gap);
  }
  return coloured(target, tiles, owner, gap, spacing, {
    glass,
    easel,
    joint: glass ? 0.1 : 0.08 + 0.05 * style.texture.value,
  });
}

/** The nearest tile and how much nearer it is than the next, in pixels: 0 in the joint between two. */
function nearestTile(
  x: number,
  y: number,
  width: number,
  tiles: readonly Tile[],
  columns: number,
  rows: number,
  spacing: number,
  glass: boolean,
  owner: Int32Array,
  gap: Float32Array,
): void {
  const middleRow = Math.round(y / spacing);
  const middleColumn = Math.round(x / spacing);
  let first = Infinity;
  let second = Infinity;
  let best = 0;
  for (let row = Math.max(0, middleRow - 1); row <= Math.min(rows - 1, middleRow + 1); row++) {
    for (let column = Math.max(0, middleColumn - 2); column <= Math.min(columns - 1, middleColumn + 1); column++) {
      const k = row * columns + column;
      const tile = tiles[k]!;
      const dx = x - tile.x;
      const dy = y - tile.y;
      // Squares turned along the field, or the rounder cells of glass
      const distance = glass
        ? hypotenuse(dx, dy)
        : Math.max(Math.abs(dx * tile.tx + dy * tile.ty), Math.abs(dy * tile.tx - dx * tile.ty));
      if (distance < first) {
        second = first;
        first = distance;
        best = k;
      } else if (distance < second) {
        second = distance;
      }
    }
  }
  owner[y * width + x] = best;
  gap[y * width + x] = second - first;
}

interface Look {
  readonly glass: boolean;
  readonly easel: Easel;
  /** Width of a joint as a share of the spacing. */
  readonly joint: number;
}

function coloured(
  target: PlanarImage,
  tiles: readonly Tile[],
  owner: Int32Array,
  gap: Float32Array,
  spacing: number,
  { glass, easel, joint }: Look,
): PlanarImage {
  const { random, width } = easel;
  const sums = new Float32Array(tiles.length * 4);
  for (let i = 0; i < owner.length; i++) {
    const at = owner[i]! * 4;
    for (let channel = 0; channel < 3; channel++) sums[at + channel]! += target.planes[channel]![i]!;
    sums[at + 3]! += 1;
  }

  const leans = tiles.map(({ x, y }) => pureColourAt(easel, Math.round(x), Math.round(y)));
  const tint = Float32Array.from(tiles, () => signed(random));
  // Lead is black; grout is lighter and takes on a little of the tiles beside it
  const grout = glass ? { L: 0.12, a: 0, b: 0, tint: 0 } : { L: 0.4, a: 0.004, b: 0.014, tint: 0.5 };
  const out = createPlanar(target.width, target.height);
  const seam = joint * spacing;
  for (let i = 0; i < owner.length; i++) {
    const k = owner[i]!;
    const count = sums[k * 4 + 3]!;
    const tile = tiles[k]!;
    // Tiles are not quite level: each has a lit and a shaded side
    const slope = glass ? 0 : ((tile.y - Math.floor(i / width) + tile.x - (i % width)) / spacing) * 0.03;
    const bevel = glass ? 0 : 0.03 * Math.max(0, 1 - gap[i]! / (3 * seam));
    const cover = Math.min(1, Math.max(0, gap[i]! - seam * 0.55) / Math.max(1, 0.6 * seam));
    const plain = sums[k * 4]! / count;
    // Detail is painted on, as glass painters do with faces
    const L =
      plain +
      (glass ? 0.75 : 0.45) * easel.detail[i]! * (target.planes[0][i]! - plain) +
      0.035 * tint[k]! +
      slope -
      bevel;

    const lean = leans[k] ?? null;
    const a = (sums[k * 4 + 1]! / count) * 1.1;
    const b = (sums[k * 4 + 2]! / count) * 1.1;
    out.planes[0][i] = grout.L + cover * (L - grout.L);
    const tileA = a + (lean ? PURITY * (lean.a - a) : 0);
    const tileB = b + (lean ? PURITY * (lean.b - b) : 0);
    const groutA = grout.a + grout.tint * tileA;
    const groutB = grout.b + grout.tint * tileB;
    out.planes[1][i] = groutA + cover * (tileA - groutA);
    out.planes[2][i] = groutB + cover * (tileB - groutB);
  }
  return out;
}

/** How far a tile leans to one colour of the palette: tesserae come in few colours. */
const PURITY = 0.6;

/** A colour of the palette for a place, drawn by the shares that stand for the content there. */
function pureColourAt({ palette, random, width, height }: Easel, x: number, y: number): LabColour | null {
  if (!palette) return null;
  const i = Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x));
  return palette.drawAt(i, random);
}

/** Ordered dither, 4 x 4 (Bayer 1973), -0.5 to 0.5. */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5].map((value) => (value + 0.5) / 16 - 0.5);

/** Square pixels in few colours, dithered between neighbours of lightness; each look halves the way to the last size. */
export async function paintPixels(easel: Easel): Promise<void> {
  const { target, style, unit, strength, show, breathe } = easel;
  const last = Math.max(2, (1.8 + 4 * style.strokeWidth.value) * (0.55 + 0.7 * strength) * unit);
  for (const [k, multiple] of seenOf(easel, LOOKS).entries()) {
    const cell = last * multiple;
    const size = {
      width: Math.max(1, Math.round(target.width / cell)),
      height: Math.max(1, Math.round(target.height / cell)),
    };
    const small = resizePlanar(target, size);
    await breathe();
    const colours = clusterColours(small, 14);
    const dithered = createPlanar(size.width, size.height);
    const spread = 0.06 * (0.4 + style.texture.value);
    for (let i = 0; i < size.width * size.height; i++) {
      const x = i % size.width;
      const y = Math.floor(i / size.width);
      small.planes[0][i]! += spread * BAYER[(y & 3) * 4 + (x & 3)]!;
      const colour = colours[nearestColour(small, i, colours)]!;
      dithered.planes[0][i] = colour.L;
      dithered.planes[1][i] = colour.a;
      dithered.planes[2][i] = colour.b;
    }
    await show(enlarged(dithered, target), (k + 1) / LOOKS.length);
  }
}

/** Nearest neighbour, so that pixels stay square. */
function enlarged(small: PlanarImage, { width, height }: PlanarImage): PlanarImage {
  const out = createPlanar(width, height);
  for (let y = 0; y < height; y++) {
    const row = Math.min(small.height - 1, Math.floor((y * small.height) / height)) * small.width;
    for (let x = 0; x < width; x++) {
      const from = row + Math.min(small.width - 1, Math.floor((x * small.width) / width));
      for (let channel = 0; channel < 3; channel++) out.planes[channel]![y * width + x] = small.planes[channel]![from]!;
    }
  }
  return out;
}
