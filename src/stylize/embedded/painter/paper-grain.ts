/** Paper: its colour, its grain, and the plain sheet. */
import { hypotenuse } from "../../../hypotenuse.ts";
import type { LabColour } from "../../../images/colour-names.ts";
import { createPlanar, type PlanarImage, type Plane } from "../../../images/plane.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import type { Easel } from "./easel.ts";
import { smoothNoise } from "./value-noise.ts";

/** The palette's lightest colour where it is light enough to be a paper, else a warm white. */
export function paperColour({ palette, temperature }: StyleParameters): LabColour {
  const lightest = palette.toSorted((one, other) => other.L - one.L)[0];
  const warmth = 0.018 + 0.012 * temperature.value;
  if (!lightest || lightest.L < 0.86 || hypotenuse(lightest.a, lightest.b) > 0.08)
    return { L: 0.955, a: 0.002, b: warmth };
  return { L: Math.max(0.9, lightest.L), a: 0.6 * lightest.a, b: 0.6 * lightest.b + 0.3 * warmth };
}

/** Fine and broad grain, mean 0, standard deviation about 1. */
export function paperGrain(easel: Easel): Plane {
  const fine = smoothNoise(easel, 0.7 * easel.unit, easel.random);
  const broad = smoothNoise(easel, 2.4 * easel.unit, easel.random);
  return fine.map((value, i) => 0.75 * value + 0.65 * broad[i]!);
}

/** A sheet of one colour whose grain shows a little. */
export function sheet({ width, height }: Easel, colour: LabColour, grain: Plane): PlanarImage {
  const paper = createPlanar(width, height);
  paper.planes[0].set(grain.map((value) => Math.min(1, colour.L + 0.006 * value)));
  paper.planes[1].fill(colour.a);
  paper.planes[2].fill(colour.b);
  return paper;
}

/** 0 on a ragged border of bare paper, 1 inside; `margin` in shares of the short side. */
export function raggedMask(easel: Easel, margin: number): Plane {
  const { width, height, unit, random } = easel;
  const ragged = smoothNoise(easel, 9 * unit, random);
  const rough = smoothNoise(easel, 1.6 * unit, random);
  const inset = margin * Math.min(width, height);
  const mask = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const distance = Math.min(x, y, width - 1 - x, height - 1 - y);
      const edge = (distance - inset) / unit + 3.2 * ragged[i]! + 0.7 * rough[i]!;
      mask[i] = Math.min(1, Math.max(0, 0.5 + edge / 2.2));
    }
  }
  return mask;
}
