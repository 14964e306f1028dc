/** Pictures drawn for the tests in many media, each with what makes that medium: hatching, washes, tiles, bristles. */
import { fromLch, type LabColour } from "../../../src/images/colour-names.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { seededRandom } from "../../../src/random.ts";
import { draw, grey } from "./pictures.ts";

const SIZE = 512;
const picture = (colourAt: (x: number, y: number) => LabColour): RgbImage => draw(SIZE, SIZE, colourAt);

/** Smooth noise in -1 to 1 with features of about `scale` pixels. */
function noise(seed: number, scale: number): (x: number, y: number) => number {
  const random = seededRandom(seed);
  const side = 64;
  const values = Float32Array.from({ length: side * side }, () => 2 * random() - 1);
  const at = (x: number, y: number) => values[(((y % side) + side) % side) * side + (((x % side) + side) % side)]!;
  const ease = (t: number) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [u, v] = [x / scale, y / scale];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [ease(u - i), ease(v - j)];
    const top = at(i, j) + s * (at(i + 1, j) - at(i, j));
    const bottom = at(i, j + 1) + s * (at(i + 1, j + 1) - at(i, j + 1));
    return top + t * (bottom - top);
  };
}

/** A lit ball on a ground, 0 dark to 1 light. */
const ball = (x: number, y: number): number => {
  const distance = Math.hypot(x - 256, y - 256) / 170;
  if (distance > 1) return 0.75 + 0.15 * (y / SIZE);
  return 0.15 + 0.75 * Math.max(0, 1 - Math.hypot(x - 200, y - 190) / 260);
};

/** Parallel lines on paper, the thicker the darker the place. */
export const engraving = (): RgbImage =>
  picture((x, y) => {
    const edge = x < 24 || y < 24 || x >= SIZE - 24 || y >= SIZE - 24;
    const tone = edge ? 1 : ball(x, y);
    const phase = Math.sin((y + 0.35 * x + 8 * Math.sin(x / 60)) * 1.05);
    return phase < 0.3 - 1.35 * tone ? grey(0.12) : fromLch(0.95, 0.015, 90);
  });

/** Large flat shapes of few strong colours. */
export const poster = (): RgbImage =>
  picture((x, y) => {
    if (Math.hypot(x - 330, y - 170) < 110) return fromLch(0.8, 0.16, 85);
    if (y > 340 + 0.3 * x - 80) return fromLch(0.45, 0.15, 262);
    if (Math.abs(x - 120) < 26) return fromLch(0.57, 0.2, 28);
    return fromLch(0.95, 0.025, 90);
  });

/** Squarish stones of one size, a little uneven, in dark joints. */
export function mosaic(): RgbImage {
  const random = seededRandom(5);
  const tints = Array.from({ length: 4096 }, () => random());
  const wave = noise(3, 40);
  return picture((x, y) => {
    const [u, v] = [x + 2.5 * wave(x, y), y + 2.5 * wave(y + 300, x)];
    if (u % 13 < 2.4 || v % 13 < 2.4) return grey(0.3);
    const tint = tints[(Math.floor(u / 13) * 64 + Math.floor(v / 13)) & 4095]!;
    const inside = Math.hypot(x - 256, y - 256) < 150;
    return inside ? fromLch(0.5 + 0.12 * tint, 0.1, 250) : fromLch(0.75 + 0.12 * tint, 0.05, 80);
  });
}

/** Broken white lines on a black board. */
export function chalk(): RgbImage {
  const [grain, haze] = [noise(7, 1.7), noise(8, 60)];
  return picture((x, y) => {
    const ring = Math.abs((Math.hypot(x - 256, y - 256) % 44) - 22) < 2.6;
    const ray = Math.abs((x + 2 * y) % 71) < 3;
    const ground = 0.2 + 0.015 * haze(x, y);
    return (ring || ray) && grain(x, y) > -0.55 ? grey(0.9 + 0.06 * grain(y, x)) : grey(ground);
  });
}

/** Transparent washes with hard rims on white paper. */
export function watercolour(): RgbImage {
  const [edge, pool, grain] = [noise(11, 24), noise(12, 18), noise(13, 1.6)];
  const washes = [
    [190, 200, 120, 235, 0.14],
    [330, 250, 105, 330, 0.13],
    [240, 350, 95, 130, 0.13],
  ] as const;
  return picture((x, y) => {
    let [L, a, b] = [0.97, 0, 0.008];
    for (const [cx, cy, radius, hue, chroma] of washes) {
      const inside = radius + 14 * edge(x, y) - Math.hypot(x - cx, y - cy);
      if (inside <= 0) continue;
      const depth = (0.6 + 0.25 * pool(x + cx, y) + 0.2 * grain(x, y)) * (inside < 3 ? 1.6 : 1);
      const wash = fromLch(0, chroma * depth, hue);
      L -= 0.3 * depth;
      a += wash.a;
      b += wash.b;
    }
    return { L, a, b };
  });
}

/** A sharp thing before a ground out of focus. */
export function photograph(): RgbImage {
  const [far, near] = [noise(21, 90), noise(22, 3)];
  return picture((x, y) => {
    const ground = fromLch(0.55 + 0.2 * far(x, y), 0.06 + 0.03 * far(y, x), 130);
    if (Math.hypot((x - 270) / 1.2, y - 290) > 110) return ground;
    return fromLch(0.35 + 0.3 * ball(x, y) + 0.16 * near(x, y), 0.09, 50);
  });
}

/** Short strokes of thick paint along a swirl: bristles side by side, each stroke of a colour of its own. */
export function impasto(chroma = 0.13): RgbImage {
  const [turn, bristle, tint] = [noise(31, 130), noise(32, 1), noise(33, 1)];
  return picture((x, y) => {
    const angle = 2.2 * turn(x, y);
    const along = x * Math.cos(angle) + y * Math.sin(angle);
    const across = -x * Math.sin(angle) + y * Math.cos(angle);
    const colour = tint(Math.floor(across / 9), Math.floor(along / 40 + 0.37 * Math.floor(across / 9)));
    const groove = bristle(across / 1.9, along / 45);
    return fromLch(0.5 + 0.16 * colour + 0.11 * groove, chroma, 250 + 140 * Math.max(0, colour));
  });
}

/** Glazes without a stroke, edges that melt, and the weave of a canvas. */
export function smoothOil(): RgbImage {
  const [fold, weave] = [noise(41, 80), noise(42, 1.5)];
  return picture((x, y) => {
    const depth = 1 / (1 + Math.exp((Math.hypot(x - 256, y - 300) - 150) / 14));
    return fromLch(
      0.3 + 0.35 * depth + 0.1 * fold(x, y) + 0.035 * weave(x, y),
      0.06,
      40 + 20 * fold(y, x) + 120 * depth,
    );
  });
}

/** Red chalk hatched over tan paper: one hue, rubbed where the ball is dark, with the tooth of the paper. */
export const redChalk = (): RgbImage => {
  const tooth = noise(31, 2);
  return picture((x, y) => {
    const inside = Math.hypot(x - 256, y - 256) < 170;
    const hatching = 0.5 + 0.5 * Math.sin((x + y) * 0.8);
    const chalked = inside ? (1 - ball(x, y)) * (0.35 + 0.5 * hatching) * (1 + 0.3 * tooth(x, y)) : 0;
    return fromLch(0.8 + 0.01 * tooth(x, y) - 0.35 * chalked, 0.08 + 0.06 * chalked, 70 - 20 * chalked);
  });
};

/** Three torn pieces on bare paper. */
export const marksOnPaper = (): RgbImage =>
  picture((x, y) => {
    if (Math.hypot(x - 150, y - 300) < 40 + 6 * Math.sin(x / 5)) return fromLch(0.55, 0.2, 28);
    if (Math.abs(x - 320) < 35 && Math.abs(y - 180 - x / 20) < 45) return fromLch(0.2, 0.06, 265);
    return fromLch(0.95, 0.015, 90);
  });

/** White lines, winding over black. */
export const linesOnDark = (): RgbImage =>
  picture((x, y) => {
    const away = Math.abs(((y + 24 * Math.sin(x / 60) + 10 * Math.sin(x / 23)) % 36) - 18);
    return grey(away < 1.6 ? 0.95 : 0.1);
  });

/** Facets in pure colours, each evenly shaded, without any grain. */
export const facets = (): RgbImage =>
  picture((x, y) => {
    const [u, v] = [Math.floor((x + 0.6 * y) / 120), Math.floor((y - 0.4 * x) / 90)];
    const shade = ((x + 0.6 * y) % 120) / 120;
    return fromLch(0.45 + 0.3 * shade, 0.2, (137 * (3 * u + 5 * v) + 3600) % 360);
  });

/** Stones of some five pixels, close together, each of a tint of its own. */
export function smallStones(): RgbImage {
  const random = seededRandom(41);
  const tints = Array.from({ length: 16384 }, () => random());
  const wave = noise(42, 30);
  return picture((x, y) => {
    const [u, v] = [x + 2 * wave(x, y), y + 2 * wave(y + 300, x)];
    const tint = tints[(Math.floor(u / 5) * 128 + Math.floor(v / 5)) & 16383]!;
    const other = tints[(Math.floor(v / 5) * 128 + Math.floor(u / 5)) & 16383]!;
    const inside = Math.hypot(x - 256, y - 256) < 150;
    return inside ? fromLch(0.35 + 0.4 * tint, 0.1, 20 + 60 * other) : fromLch(0.5 + 0.4 * tint, 0.06, 90 + 90 * other);
  });
}

/** Panes of light in a dark wall. */
export const windowAtNight = (): RgbImage =>
  picture((x, y) => {
    const [u, v] = [x - 256, y - 256];
    const isPane = Math.abs(u) < 150 && Math.abs(v) < 190 && x % 22 > 5 && y % 26 > 5;
    return isPane
      ? fromLch(0.5 + ((x >> 4) % 5) / 12, 0.08, (97 * Math.floor(x / 22) + 61 * Math.floor(y / 26)) % 360)
      : grey(0.06);
  });
