/** Pictures drawn for the tests of the palette describer. */
import { fromLch, type LabColour } from "../../../src/images/colour-names.ts";
import { oklabToSrgb } from "../../../src/images/oklab.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";

/** A picture from a function of the pixel. */
export function draw(width: number, height: number, colourAt: (x: number, y: number) => LabColour): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { L, a, b } = colourAt(x, y);
      data.set(oklabToSrgb([L, a, b]), 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

export const grey = (L: number): LabColour => ({ L, a: 0, b: 0 });

/** Fields of the given colours, side by side, as wide as their shares. */
export function fields(colours: readonly { colour: LabColour; share: number }[]): RgbImage {
  return draw(240, 160, (x) => {
    let edge = 0;
    for (const { colour, share } of colours) {
      edge += share * 240;
      if (x < edge) return colour;
    }
    return colours.at(-1)!.colour;
  });
}

/** Stripes that run at `angle` degrees counter-clockwise as a person sees it. */
export function stripes(angle: number): RgbImage {
  const turn = (angle * Math.PI) / 180;
  return draw(200, 200, (x, y) => {
    // Across a stripe, with y upwards
    const across = -Math.sin(turn) * x - Math.cos(turn) * y;
    return grey(0.55 + 0.2 * Math.sin(across / 2.5));
  });
}

/** Black cuts that swell and taper over white, as in a woodcut. */
export const woodcut = (): RgbImage =>
  draw(256, 256, (x, y) => {
    const width = 0.15 + 1.5 * Math.sin(x / 40) * Math.cos(y / 57);
    return Math.sin((x + 6 * Math.sin(y / 17)) / 2.2) + width > 0 ? grey(0.12) : grey(0.95);
  });

/** Thin dark lines on one paper. */
export const penDrawing = (): RgbImage =>
  draw(256, 256, (x, y) =>
    Math.abs(Math.hypot(x - 128, y - 128) % 30) < 1.2 || Math.abs((x + y) % 47) < 1.2
      ? grey(0.15)
      : fromLch(0.94, 0.02, 90),
  );

/** A painted grid: thin dark lines between fields of several light colours. */
export const paintedGrid = (): RgbImage =>
  draw(256, 256, (x, y) => {
    if (x % 24 < 2 || y % 24 < 2) return grey(0.2);
    const cell = (Math.floor(x / 24) * 7 + Math.floor(y / 24) * 3) % 4;
    return [fromLch(0.9, 0.12, 95), grey(0.92), fromLch(0.85, 0.05, 250), fromLch(0.9, 0.04, 80)][cell]!;
  });

/** Blue swirls with a few yellow stars whose rims are pale. */
export const starryNight = (): RgbImage =>
  draw(256, 160, (x, y) => {
    for (const [cx, cy] of [
      [40, 30],
      [120, 25],
      [205, 35],
    ] as const) {
      const distance = Math.hypot(x - cx, y - cy);
      if (distance < 8) return fromLch(0.85, 0.16, 86);
      if (distance < 13) return fromLch(0.88, 0.065, 95);
    }
    return fromLch(0.42 + 0.12 * Math.sin(x / 9 + 3 * Math.sin(y / 23)), 0.12, 258);
  });
