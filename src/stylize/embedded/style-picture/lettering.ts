/**
 * Lettering at the upper and lower edge of a picture: captions, signatures, stamps. Thin marks of one ink and of like
 * height that stand in a row on an even ground. In the midst of a picture lettering is the picture's own.
 */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { cropPlanar, type Plane, type PlanarImage } from "../../../images/plane.ts";
import { findRegions, type Region } from "./regions.ts";

/** Shares of the picture's height that are searched, at the top and at the bottom. */
const STRIP = 0.15;

/** Marks differ so much in lightness from what is around them, within this reach, in shares of the long side. */
const CONTRAST = 0.09;
const REACH = 0.011;

/** Letters are so high: in pixels at least, in shares of the long side at most. */
const LOWEST = 4;
const HIGHEST = 0.055;

/** Letters of a row: none more than so many times as high as another, their gaps in heights. */
const ALIKE = 2.2;
const GAP = 1.5;

/** A row has at least so many letters, and is so many times as long as it is high. */
const LEAST_LETTERS = 5;
const LEAST_LENGTH = 3;

/** Deviations: of lightness from one letter's ink to another's, of heights as a share of their mean. */
const ONE_INK = 0.05;
const ONE_SIZE = 0.3;

/** Ink stands out from the ground by so much, and by so many times what the ground varies; long rows need less of that. */
const LEGIBLE = 0.2;
const EVEN = 4;
const LONG_ROW = 8;
const EVEN_IN_LONG_ROW = 2.2;

/** With more rows than that, lettering is what the picture is of: a page, a poster. */
const MOST_ROWS = 3;

/** Ink within the row's rectangle, as a share of it. */
const LEAST_INK = 0.08;
const MOST_INK = 0.55;

/** 1 where a picture is lettered, with some room around it, 0 elsewhere. OKLab. */
export function letteringIn(image: PlanarImage): Plane {
  const { width, height } = image;
  const mask = new Float32Array(width * height);
  const deep = Math.min(height, Math.ceil(STRIP * height));
  const rows = [0, height - deep].flatMap((shift) =>
    lettersIn(cropPlanar(image, 0, shift, width, deep), Math.max(width, height)).map((row) => ({ shift, row })),
  );
  if (rows.length > MOST_ROWS) return mask;
  for (const { shift, row } of rows) {
    const room = Math.ceil(0.35 * (row.bottom - row.top));
    for (let y = Math.max(0, shift + row.top - room); y < Math.min(height, shift + row.bottom + room); y++) {
      mask.fill(1, y * width + Math.max(0, row.left - room), y * width + Math.min(width, row.right + room));
    }
  }
  return mask;
}

/** The rows of letters of a strip, dark and light ones. */
function lettersIn(strip: PlanarImage, longSide: number): Region[] {
  const [L] = strip.planes;
  const around = blurPlane(L, strip, Math.max(2, REACH * longSide));
  return [-1, 1].flatMap((sign) => {
    const isMark = (pixel: number): boolean => sign * (L[pixel]! - around[pixel]!) > CONTRAST;
    const { labels, regions } = findRegions(strip, isMark);
    const letters = regions.filter(({ area, left, right, top, bottom }) => {
      const [wide, high] = [right - left, bottom - top];
      return high >= LOWEST && high <= HIGHEST * longSide && wide <= 4 * high && area >= 1.2 * Math.max(wide, high);
    });
    return rowsOf(letters).filter((row) => isLettering(strip, row, sign, (pixel) => labels[pixel] !== -1));
  });
}

interface Row extends Region {
  readonly letters: readonly Region[];
}

/** Letters that follow one another at one height. */
function rowsOf(letters: readonly Region[]): Row[] {
  const waiting = [...letters].sort((a, b) => a.left - b.left);
  const rows: Row[] = [];
  while (waiting.length > 0) {
    const row = [waiting.shift()!];
    for (let i = 0; i < waiting.length;) {
      if (follows(row, waiting[i]!)) row.push(...waiting.splice(i, 1));
      else i++;
    }
    if (row.length < LEAST_LETTERS) continue;
    const bounds = {
      left: Math.min(...row.map(({ left }) => left)),
      top: Math.min(...row.map(({ top }) => top)),
      right: Math.max(...row.map(({ right }) => right)),
      bottom: Math.max(...row.map(({ bottom }) => bottom)),
      area: row.reduce((sum, { area }) => sum + area, 0),
    };
    if (bounds.right - bounds.left >= LEAST_LENGTH * (bounds.bottom - bounds.top))
      rows.push({ ...bounds, letters: row });
  }
  return rows;
}

function follows(row: readonly Region[], next: Region): boolean {
  const last = row.at(-1)!;
  const [high, nextHigh] = [last.bottom - last.top, next.bottom - next.top];
  const larger = Math.max(high, nextHigh);
  return (
    larger <= ALIKE * Math.min(high, nextHigh) &&
    next.left - last.right <= GAP * larger &&
    Math.abs(last.top + last.bottom - next.top - next.bottom) <= 0.7 * larger
  );
}

/** Whether the ink of a row is one, and stands out from a ground that is even. */
function isLettering(
  { width, planes }: PlanarImage,
  row: Row,
  sign: number,
  isMark: (pixel: number) => boolean,
): boolean {
  const [L] = planes;
  const { left, top, right, bottom, letters } = row;
  const ground: number[] = [];
  let ink = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const pixel = y * width + x;
      if (isMark(pixel)) ink++;
      else if (!isMark(pixel - 1) && !isMark(pixel + 1) && !isMark(pixel - width) && !isMark(pixel + width)) {
        ground.push(L[pixel]!);
      }
    }
  }
  const share = ink / ((right - left) * (bottom - top));
  if (ground.length === 0 || share < LEAST_INK || share > MOST_INK) return false;
  const inks = letters.map((letter) => inkOf(L, width, letter, sign));
  const heights = letters.map((letter) => letter.bottom - letter.top);
  if (deviation(inks) > ONE_INK || deviation(heights) > ONE_SIZE * meanOf(heights)) return false;
  ground.sort((a, b) => a - b);
  const at = (part: number): number => ground[Math.floor(part * ground.length)]!;
  const contrast = sign * (meanOf(inks) - at(0.5));
  const even = letters.length >= LONG_ROW ? EVEN_IN_LONG_ROW : EVEN;
  return contrast > LEGIBLE && contrast > even * (at(0.8) - at(0.2));
}

/** The lightness of a letter's ink: what a tenth of its pixels stand out beyond. */
function inkOf(L: Plane, width: number, { left, top, right, bottom }: Region, sign: number): number {
  const values: number[] = [];
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) values.push(sign * L[y * width + x]!);
  return sign * values.sort((a, b) => b - a)[Math.floor(0.1 * values.length)]!;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
