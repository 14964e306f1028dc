/** Pictures as they are found in books and museums: in mats and ovals, captioned, signed, scanned with noise. */
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { seededRandom } from "../../../src/random.ts";
import { drawn } from "../../stylize/embedded/fixtures.ts";

type Colour = readonly [number, number, number];

/** A picture presented, and which of its pixels are the picture's own. */
export interface Presented {
  readonly image: RgbImage;
  /** 1 where the style is, 0 where something was added */
  readonly own: Uint8Array;
}

export interface MatOptions {
  /** of the long side, at the left, at the top, at the right, at the bottom */
  readonly widths?: readonly [number, number, number, number];
  readonly colour?: Colour;
  readonly oval?: boolean;
  /** a line of light cardboard around the window */
  readonly bevel?: boolean;
  /** how dark the mat's shadow is at the window's left and upper edge, 0 to 1 */
  readonly shadow?: number;
  /** a line of type below the picture */
  readonly caption?: string;
  readonly ink?: Colour;
}

const pixel = (image: RgbImage, x: number, y: number): Colour => {
  const at = 3 * (y * image.width + x);
  return [image.data[at]!, image.data[at + 1]!, image.data[at + 2]!];
};

/** A picture in a mat. */
export function inMat(picture: RgbImage, options: MatOptions = {}): Presented {
  const { widths = [0.12, 0.12, 0.12, 0.12], colour = [238, 230, 212], ink = [40, 36, 34] } = options;
  const long = Math.max(picture.width, picture.height);
  const [left, top, right, bottom] = widths.map((share) => Math.round(share * long)) as [
    number,
    number,
    number,
    number,
  ];
  const width = picture.width + left + right;
  const height = picture.height + top + bottom;
  const bevel = options.bevel ? Math.max(2, Math.round(0.006 * long)) : 0;
  const own = new Uint8Array(width * height);
  /** How far outside the window a place lies, in pixels; negative within it. */
  const outside = (x: number, y: number): number => {
    const [dx, dy] = [x - left, y - top];
    if (!options.oval) return Math.max(-dx, dx - picture.width + 1, -dy, dy - picture.height + 1);
    const [a, b] = [picture.width / 2, picture.height / 2];
    return (Math.hypot((dx + 0.5 - a) / a, (dy + 0.5 - b) / b) - 1) * Math.min(a, b);
  };
  const size = Math.max(8, 0.028 * long);
  const type = lettering(options.caption ?? "", size);
  const typeLeft = left + (picture.width - type.width) / 2;
  const typeTop = top + picture.height + bottom / 2 - size / 2;
  const image = drawn(width, height, (x, y) => {
    const away = outside(x, y);
    if (away <= 0) {
      own[y * width + x] = 1;
      const shade = options.shadow ? 1 - options.shadow * Math.exp(-Math.min(x - left, y - top) / (0.012 * long)) : 1;
      const [r, g, b] = pixel(picture, x - left, y - top);
      return [r * shade, g * shade, b * shade];
    }
    if (away <= bevel) return [252, 250, 246];
    // The light falls from the left, and paper is not quite even.
    const light = 1 - 0.05 * (x / width) + 0.006 * Math.sin(0.9 * x + 1.7 * y);
    const mark = type.at(x - typeLeft, y - typeTop);
    return colour.map((value, k) => Math.min(255, (value * (1 - mark) + ink[k]! * mark) * light)) as unknown as Colour;
  });
  return { image, own };
}

/** A picture with a line of type over it; `at` is the middle of its left end, in shares of the picture. */
export function withType(
  picture: RgbImage,
  text: string,
  at: readonly [number, number],
  ink: Colour,
  share = 0.035,
): Presented {
  const { width, height } = picture;
  const size = Math.max(7, share * Math.max(width, height));
  const type = lettering(text, size);
  const own = new Uint8Array(width * height).fill(1);
  const image = drawn(width, height, (x, y) => {
    const [tx, ty] = [x - at[0] * width, y - at[1] * height + size / 2];
    const mark = type.at(tx, ty);
    if (tx >= 0 && tx < type.width && ty >= 0 && ty < size) own[y * width + x] = 0;
    const below = pixel(picture, x, y);
    return below.map((value, k) => value * (1 - mark) + ink[k]! * mark) as unknown as Colour;
  });
  return { image, own };
}

/** A picture with the noise of film or of a sensor: white, the same everywhere. `deviation` in codes of 8 bits. */
export function withGrain(picture: RgbImage, deviation: number, seed = 5): RgbImage {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return drawn(picture.width, picture.height, (x, y) => {
    const noise = deviation * normal();
    return pixel(picture, x, y).map((value) =>
      Math.min(255, Math.max(0, Math.round(value + noise + 0.4 * deviation * normal()))),
    ) as unknown as Colour;
  });
}

/** Five columns of seven rows for each letter; small type needs no more. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: "01110100011000111111100011000110001",
  C: "01110100011000010000100001000101110",
  D: "11110100011000110001100011000111110",
  E: "11111100001000011110100001000011111",
  I: "01110001000010000100001000010001110",
  L: "10000100001000010000100001000011111",
  N: "10001110011010110011100011000110001",
  O: "01110100011000110001100011000101110",
  P: "11110100011000111110100001000010000",
  R: "11110100011000111110101001001010001",
  S: "01111100001000001110000010000111110",
  T: "11111001000010000100001000010000100",
  U: "10001100011000110001100011000101110",
  V: "10001100011000110001100010101000100",
};

/** A line of type, `size` pixels high: how much of a place is ink. Letters that have no glyph are spaces. */
function lettering(
  text: string,
  size: number,
): { readonly width: number; readonly at: (x: number, y: number) => number } {
  const cell = size / 7;
  return {
    width: text.length * 6 * cell,
    at: (x, y) => {
      let ink = 0;
      for (const dx of [0.17, 0.5, 0.83]) {
        for (const dy of [0.17, 0.5, 0.83]) {
          const column = Math.floor((x + dx) / cell);
          const row = Math.floor((y + dy) / cell);
          const glyph = GLYPHS[text[Math.floor(column / 6)] ?? " "];
          if (glyph && column >= 0 && row >= 0 && row < 7 && column % 6 < 5 && glyph[5 * row + (column % 6)] === "1")
            ink++;
        }
      }
      return ink / 9;
    },
  };
}
