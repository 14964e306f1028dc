/** Small drawn pictures for the tests of the embedded engine. */
import { fileURLToPath } from "node:url";

import { decodePicture } from "../../../src/images/decode.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { DEFAULT_SETTINGS } from "../../../src/painting.ts";
import { seededRandom } from "../../../src/random.ts";
import type { StylizeInput } from "../../../src/stylize/stylizer.ts";

type Colour = readonly [number, number, number];

/** A picture whose pixels are given by a function. */
export function drawn(width: number, height: number, colourAt: (x: number, y: number) => Colour): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colourAt(x, y), 3 * (y * width + x));
  return { width, height, data };
}

/** The part of a picture between two corners, given in shares of its sides. */
export function cut(image: RgbImage, [left, top]: readonly number[], [right, bottom]: readonly number[]): RgbImage {
  const { width, height, data } = image;
  const [x0, y0] = [Math.round(left! * width), Math.round(top! * height)];
  return drawn(Math.round(right! * width) - x0, Math.round(bottom! * height) - y0, (x, y) => {
    const at = 3 * ((y + y0) * width + x + x0);
    return [data[at]!, data[at + 1]!, data[at + 2]!];
  });
}

/** One of the pictures that come with the project, as `content/portrait`. */
export const sample = async (name: string): Promise<RgbImage> =>
  (await decodePicture(fileURLToPath(new URL(`../../../samples/${name}.jpg`, import.meta.url)), "content")).image;

/** A sky, hills, a house with a roof and windows. */
export function landscape(width: number, height: number): RgbImage {
  return drawn(width, height, (px, py) => {
    const x = px / width;
    const y = py / height;
    const hill = 0.6 + 0.08 * Math.sin(7 * x);
    if (x > 0.55 && x < 0.85 && y > 0.4 && y < 0.8) {
      const window = Math.floor(x * 20) % 2 === 0 && Math.floor(y * 14) % 2 === 0;
      return window ? [60, 70, 90] : [225, 200, 160];
    }
    if (y > 0.2 && y < 0.4 && Math.abs(x - 0.7) < y - 0.2) return [150, 60, 50];
    if (y > hill) return [70 + 40 * Math.sin(30 * x), 120, 60];
    return [120 + 60 * y, 160 + 50 * y, 225];
  });
}

/** Wavy strokes in five colours. */
export function brushwork(width: number, height: number, seed = 1): RgbImage {
  const random = seededRandom(seed);
  const colours: Colour[] = [
    [24, 40, 96],
    [40, 90, 170],
    [235, 200, 70],
    [240, 235, 205],
    [20, 30, 40],
  ];
  const phases = Array.from({ length: 4 }, () => 6.28 * random());
  const scale = 160 / Math.max(width, height);
  return drawn(width, height, (px, py) => {
    const [x, y] = [px * scale, py * scale];
    const wave = 6 * Math.sin(x / 14 + phases[0]!) + 5 * Math.sin((x + y) / 19 + phases[1]!);
    const band = Math.floor((y + wave) / 5);
    const stroke = Math.floor((x + 9 * band) / 17);
    const pick = Math.abs(Math.floor(Math.sin(band * 12.9898 + stroke * 78.233) * 43758.5453)) % colours.length;
    const shade = 14 * Math.sin((y + wave) * 1.25);
    const [r, g, b] = colours[pick]!;
    const lit = (value: number): number => Math.min(255, Math.max(0, value + shade));
    return [lit(r), lit(g), lit(b)];
  });
}

export interface RequestOptions {
  readonly content?: RgbImage;
  readonly style?: RgbImage;
  readonly strength?: number;
  readonly seed?: number;
  readonly size?: number;
  readonly description?: string | null;
  readonly keepColors?: boolean;
  readonly variant?: StylizeInput["variant"];
}

let pictures = 0;

/** What the engine is asked; pictures that are not given are the two above. */
export function request(options: RequestOptions = {}): StylizeInput {
  const { strength = 0.6, seed = 1, size = 160, description = null } = options;
  return {
    content: options.content ?? landscape(200, 150),
    style: options.style ?? brushwork(220, 170),
    contentSha256: "content",
    styleSha256: options.style ? `style ${++pictures}` : "style",
    variant: options.variant ?? (description === null ? "inst" : "image-prompt"),
    description,
    settings: { ...DEFAULT_SETTINGS, strength, seed, size, keepColors: options.keepColors ?? false },
  };
}
