/** The mat around a picture, or blank paper: what is joined to the edges and changes only gradually. */
import type { PlanarImage } from "../plane.ts";

/** One line at a side is of one colour if so much of it is no further from its median, in OKLab. */
const LINE_SHARE = 0.8;
const LINE_NEAR = 0.06;

/** Shadows, and light fallen from one side, lead so far from a mat's colour, in lightness most. */
const SHADE = 0.22;
const HUE = 0.045;

type Colour = readonly [number, number, number];

/**
 * 1 on the ground of `colour` that is joined to the edges, 0 elsewhere.
 *
 * @param step neighbours on the ground differ by less, in lightness
 */
export function groundFrom(image: PlanarImage, colour: Colour, step: number): Uint8Array {
  const { width, height, planes } = image;
  const [L, a, b] = planes;
  const ground = new Uint8Array(width * height);
  const stack = new Int32Array(width * height);
  let waiting = 0;
  const isLike = (pixel: number, reach: number): boolean =>
    Math.abs(L[pixel]! - colour[0]) < reach && Math.hypot(a[pixel]! - colour[1], b[pixel]! - colour[2]) < HUE;
  const take = (pixel: number): void => {
    ground[pixel] = 1;
    stack[waiting++] = pixel;
  };
  const spread = (from: number, to: number): void => {
    if (ground[to] === 0 && Math.abs(L[to]! - L[from]!) < step && isLike(to, SHADE)) take(to);
  };
  const begin = (pixel: number): void => {
    if (ground[pixel] === 0 && isLike(pixel, 2 * LINE_NEAR)) take(pixel);
  };
  for (let x = 0; x < width; x++) {
    begin(x);
    begin((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    begin(y * width);
    begin((y + 1) * width - 1);
  }
  while (waiting > 0) {
    const pixel = stack[--waiting]!;
    const x = pixel % width;
    if (x > 0) spread(pixel, pixel - 1);
    if (x + 1 < width) spread(pixel, pixel + 1);
    if (pixel >= width) spread(pixel, pixel - width);
    if (pixel + width < ground.length) spread(pixel, pixel + width);
  }
  return ground;
}

/** The colours of the sides whose outermost line is of one colour; each once. */
export function sideColours(image: PlanarImage): Colour[] {
  const { width, height, planes } = image;
  const lines = [
    Array.from({ length: width }, (_, x) => x),
    Array.from({ length: width }, (_, x) => (height - 1) * width + x),
    Array.from({ length: height }, (_, y) => y * width),
    Array.from({ length: height }, (_, y) => (y + 1) * width - 1),
  ];
  const colours: Colour[] = [];
  for (const line of lines) {
    const middle = (plane: Float32Array): number =>
      Float32Array.from(line, (pixel) => plane[pixel]!).sort()[line.length >> 1]!;
    const colour: Colour = [middle(planes[0]), middle(planes[1]), middle(planes[2])];
    const near = line.filter((pixel) => distance(planes, pixel, colour) < LINE_NEAR).length;
    const isNew = colours.every(
      (other) => Math.hypot(other[0] - colour[0], other[1] - colour[1], other[2] - colour[2]) > LINE_NEAR,
    );
    if (isNew && near >= LINE_SHARE * line.length) colours.push(colour);
  }
  return colours;
}

const distance = ([L, a, b]: PlanarImage["planes"], pixel: number, colour: Colour): number =>
  Math.hypot(L[pixel]! - colour[0], a[pixel]! - colour[1], b[pixel]! - colour[2]);
