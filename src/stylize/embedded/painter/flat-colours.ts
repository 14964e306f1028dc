/** Few flat colours for a picture: clusters of its colours, and fields with clean borders. */
import type { LabColour } from "../../../images/colour-names.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { createPlanar, type PlanarImage, type Plane } from "../../../images/plane.ts";

const ROUNDS = 10;
const SAMPLE = 3000;

const squared = (image: PlanarImage, i: number, { L, a, b }: LabColour): number =>
  (image.planes[0][i]! - L) ** 2 + 3 * ((image.planes[1][i]! - a) ** 2 + (image.planes[2][i]! - b) ** 2);

/** K-means of a picture's colours, seeded along lightness; dark to light. */
export function clusterColours(image: PlanarImage, count: number): LabColour[] {
  const [L, a, b] = image.planes;
  const step = Math.max(1, Math.floor(L.length / SAMPLE));
  const sample: number[] = [];
  for (let i = step >> 1; i < L.length; i += step) sample.push(i);
  sample.sort((one, other) => L[one]! - L[other]!);
  let colours: LabColour[] = Array.from({ length: count }, (_, k) => {
    const i = sample[Math.floor(((k + 0.5) / count) * sample.length)]!;
    return { L: L[i]!, a: a[i]!, b: b[i]! };
  });
  for (let round = 0; round < ROUNDS; round++) {
    const sums = colours.map(() => [0, 0, 0, 0] as [number, number, number, number]);
    for (const i of sample) {
      const sum = sums[nearestColour(image, i, colours)]!;
      sum[0] += L[i]!;
      sum[1] += a[i]!;
      sum[2] += b[i]!;
      sum[3] += 1;
    }
    colours = colours.map((colour, k) => {
      const [sumL, sumA, sumB, members] = sums[k]!;
      return members === 0 ? colour : { L: sumL / members, a: sumA / members, b: sumB / members };
    });
  }
  return colours.sort((one, other) => one.L - other.L);
}

export function nearestColour(image: PlanarImage, i: number, colours: readonly LabColour[]): number {
  let best = 0;
  let least = Infinity;
  for (let k = 0; k < colours.length; k++) {
    const distance = squared(image, i, colours[k]!);
    if (distance < least) {
      least = distance;
      best = k;
    }
  }
  return best;
}

/**
 * Every pixel in one of the colours. Borders are smoothed by voting over a gaussian neighbourhood, and antialiased
 * between the two strongest candidates.
 *
 * @param sigma of the vote, pixels: larger gives simpler shapes
 */
export function flatFields(image: PlanarImage, colours: readonly LabColour[], sigma: number): PlanarImage {
  const length = image.planes[0].length;
  const labels = new Uint8Array(length);
  for (let i = 0; i < length; i++) labels[i] = nearestColour(image, i, colours);
  const first = new Float32Array(length).fill(-1);
  const second = new Float32Array(length).fill(-1);
  const winner = new Uint8Array(length);
  const runnerUp = new Uint8Array(length);
  const votes = new Float32Array(length);
  for (let k = 0; k < colours.length; k++) {
    for (let i = 0; i < length; i++) votes[i] = labels[i] === k ? 1 : 0;
    const spread: Plane = blurPlane(votes, image, sigma);
    for (let i = 0; i < length; i++) {
      const value = spread[i]!;
      if (value > first[i]!) {
        second[i] = first[i]!;
        runnerUp[i] = winner[i]!;
        first[i] = value;
        winner[i] = k;
      } else if (value > second[i]!) {
        second[i] = value;
        runnerUp[i] = k;
      }
    }
  }
  const out = createPlanar(image.width, image.height);
  for (let i = 0; i < length; i++) {
    const one = colours[winner[i]!]!;
    const other = colours[runnerUp[i]!]!;
    const share = Math.min(1, 0.5 + (first[i]! - Math.max(0, second[i]!)) * sigma * 1.1);
    out.planes[0][i] = other.L + share * (one.L - other.L);
    out.planes[1][i] = other.a + share * (one.a - other.a);
    out.planes[2][i] = other.b + share * (one.b - other.b);
  }
  return out;
}
