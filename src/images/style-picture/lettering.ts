/**
 * Lettering at the upper and lower edge of a picture: captions, signatures, stamps. Thin marks of one ink and of like
 * height that stand in a row on an even ground. In the midst of a picture lettering is the picture's own.
 */
import { blurPlane } from "../gaussian-blur.ts";
import { cropPlanar, type Plane, type PlanarImage } from "../plane.ts";
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

/**
 * On ground that is not even type is known by its ink: the darkest or lightest of so much of a strip differs by no more
 * than the one, and stands out from all of the ground by the other.
 */
const LEAST_TYPE = 0.02;
const MOST_TYPE = 0.2;
const SAME_INK = 0.012;
const INK_REACH = 0.06;

/** So many letters stand within so much of their height on one line; they fill less of their boxes than that. */
const MOST_ON_LINE = 0.7;
const ON_LINE = 0.1;
const FULLEST = 0.7;

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
  return ([-1, 1] as const).flatMap((sign) =>
    [marksAgainstGround(strip, longSide, sign), marksOfOneInk(strip, sign)].flatMap((marks) => {
      if (!marks) return [];
      const { labels, regions } = findRegions(strip, marks.isMark);
      const letters = regions.filter(({ area, left, right, top, bottom }) => {
        const [wide, high] = [right - left, bottom - top];
        return high >= LOWEST && high <= HIGHEST * longSide && wide <= 4 * high && area >= 1.2 * Math.max(wide, high);
      });
      return rowsOf(letters).filter((row) => isLettering(strip, row, marks, (pixel) => labels[pixel] !== -1));
    }),
  );
}

interface Marks {
  /** -1: darker than what is around them, 1: lighter */
  readonly sign: -1 | 1;
  readonly isMark: (pixel: number) => boolean;
  /** by how much the ink of one letter may differ from that of another, in lightness */
  readonly oneInk: number;
  /** by the ink alone; else the ground must be even */
  readonly onAnyGround: boolean;
}

function marksAgainstGround(strip: PlanarImage, longSide: number, sign: -1 | 1): Marks {
  const [L] = strip.planes;
  const around = blurPlane(L, strip, Math.max(2, REACH * longSide));
  const isMark = (pixel: number): boolean => sign * (L[pixel]! - around[pixel]!) > CONTRAST;
  return { sign, isMark, oneInk: ONE_INK, onAnyGround: false };
}

/** What is of the darkest or the lightest ink of a strip, if that is one ink as type has it, not one as it is mixed. */
function marksOfOneInk({ planes: [L] }: PlanarImage, sign: -1 | 1): Marks | null {
  const sorted = L.map((value) => sign * value).sort();
  const at = (part: number): number => sorted[Math.floor(part * sorted.length)]!;
  const ink = at(1 - LEAST_TYPE);
  const isGround = at(1 - MOST_TYPE) > ink - INK_REACH;
  if (isGround || at(1 - LEAST_TYPE / 4) - ink > SAME_INK) return null;
  const isMark = (pixel: number): boolean => sign * L[pixel]! > ink - INK_REACH;
  return { sign, isMark, oneInk: SAME_INK, onAnyGround: true };
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

/** Whether the ink of a row is one, and stands out from its ground. */
function isLettering(
  { width, planes }: PlanarImage,
  row: Row,
  { sign, oneInk, onAnyGround }: Marks,
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
  if (deviation(inks) > oneInk || deviation(heights) > ONE_SIZE * meanOf(heights)) return false;
  if (onAnyGround) return letters.length >= LONG_ROW && isTypeset(letters);
  ground.sort((a, b) => a - b);
  const at = (part: number): number => ground[Math.floor(part * ground.length)]!;
  const contrast = sign * (meanOf(inks) - at(0.5));
  const even = letters.length >= LONG_ROW ? EVEN_IN_LONG_ROW : EVEN;
  return contrast > LEGIBLE && contrast > even * (at(0.8) - at(0.2));
}

/** Letters stand on one line, and are not as full as tiles or windows in a row. */
function isTypeset(letters: readonly Region[]): boolean {
  const height = meanOf(letters.map(({ top, bottom }) => bottom - top));
  const bottoms = letters.map(({ bottom }) => bottom).sort((a, b) => a - b);
  const line = bottoms[bottoms.length >> 1]!;
  const onLine = bottoms.filter((bottom) => Math.abs(bottom - line) <= Math.max(1, ON_LINE * height)).length;
  const fullness = letters.map(({ area, left, right, top, bottom }) => area / ((right - left) * (bottom - top)));
  return onLine >= MOST_ON_LINE * letters.length && meanOf(fullness) < FULLEST;
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
