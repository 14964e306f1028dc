/** Moves a picture's colours to a described palette: region by region, dark staying dark and light light. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { createPlanar, fitLongSide, resizePlanar, type PlanarImage, type Size } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import type { PaletteColour } from "../steering/steering-parameters.ts";
import { colourRegions, distancesFrom, inRow } from "./colour-regions.ts";
import { transport } from "./palette-transport.ts";

/** Borders of regions blend over such differences of colour and place, squared. */
const SOFTNESS = 0.004;
/** Colours are mapped at half the size of the picture, within these: hues may bleed where forms do not. */
const SMALLEST_GRID = 64;
const LARGEST_GRID = 320;
/** Above 1 the leading colour of a mixture leads more. */
const SHARPNESS = 1.6;

/** For any pixel of a picture, the palette colours that stand for it, by share. */
export class PaletteMap {
  /** The mixture of palette colours at each pixel, at the size of the picture. */
  readonly mixture: PlanarImage;
  readonly #palette: readonly PaletteColour[];
  readonly #size: Size;
  readonly #grid: Size;
  /** Shares of the palette's colours at each place of the grid, one after the other. */
  readonly #shares: Float32Array;

  /** @param palette at least one colour */
  constructor(picture: PlanarImage, palette: readonly PaletteColour[]) {
    this.#palette = palette;
    this.#size = { width: picture.width, height: picture.height };
    const half = Math.round(Math.max(picture.width, picture.height) / 2);
    const small = resizePlanar(picture, fitLongSide(picture, Math.min(LARGEST_GRID, Math.max(SMALLEST_GRID, half))));
    this.#grid = { width: small.width, height: small.height };
    this.#shares = sharesOver(small, palette);
    this.mixture = resizePlanar(this.#mixed(), this.#size);
  }

  /** One colour of the palette, drawn by the shares at a pixel. */
  drawAt(pixel: number, random: Random): PaletteColour {
    const x = Math.floor((((pixel % this.#size.width) + 0.5) * this.#grid.width) / this.#size.width);
    const y = Math.floor(((Math.floor(pixel / this.#size.width) + 0.5) * this.#grid.height) / this.#size.height);
    const at = (y * this.#grid.width + x) * this.#palette.length;
    let draw = random();
    for (let k = 0; k < this.#palette.length; k++) {
      draw -= this.#shares[at + k]!;
      if (draw < 0) return this.#palette[k]!;
    }
    return this.#palette.at(-1)!;
  }

  /** Opposite hues would mix to grey, so a mixture keeps nearly all of the chroma of its parts. */
  #mixed(): PlanarImage {
    const out = createPlanar(this.#grid.width, this.#grid.height);
    const [L, a, b] = out.planes;
    const [palette, shares] = [this.#palette, this.#shares];
    const chromas = palette.map((colour) => hypotenuse(colour.a, colour.b));
    for (let i = 0, at = 0; i < L.length; i++) {
      let chroma = 0;
      for (let k = 0; k < palette.length; k++) {
        const colour = palette[k]!;
        const share = shares[at++]!;
        L[i]! += share * colour.L;
        a[i]! += share * colour.a;
        b[i]! += share * colour.b;
        chroma += share * chromas[k]!;
      }
      const mixed = hypotenuse(a[i]!, b[i]!);
      const gain = mixed > 0.01 ? Math.min(1.8, Math.max(1, (0.95 * chroma) / mixed)) : 1;
      a[i]! *= gain;
      b[i]! *= gain;
    }
    return out;
  }
}

/** Each pixel's shares, by its nearness to the regions. */
function sharesOver(picture: PlanarImage, palette: readonly PaletteColour[]): Float32Array {
  const regions = colourRegions(picture);
  const coupling = transport(regions, palette);
  const { width } = picture;
  const [L, a, b] = picture.planes;
  const size = palette.length;
  const shares = new Float32Array(L.length * size);
  const row = inRow(regions);
  const distances = new Float64Array(regions.length);
  for (let i = 0, at = 0; i < L.length; i++, at += size) {
    const x = (i % width) / width;
    const y = Math.floor(i / width) / picture.height;
    const nearest = distances[distancesFrom(L[i]!, a[i]!, b[i]!, x, y, row, distances)]!;
    for (let r = 0; r < regions.length; r++) {
      const far = (distances[r]! - nearest) / SOFTNESS;
      if (far > 12) continue;
      const weight = Math.exp(-far);
      const coupled = coupling[r]!;
      for (let k = 0; k < size; k++) shares[at + k]! += weight * coupled[k]!;
    }
    let total = 0;
    for (let k = 0; k < size; k++) if (shares[at + k]! > 0) total += shares[at + k]! **= SHARPNESS;
    for (let k = 0; k < size; k++) shares[at + k]! /= total;
  }
  return shares;
}
