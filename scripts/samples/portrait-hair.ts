/** The hair of the portrait: its dark mass, and the locks that are combed over it strand by strand. */
import type { Canvas } from "./brush.ts";
import { type Color, light, ramp } from "./color.ts";
import { bell, curve, insideOf, type Place, pointAt } from "./curves.ts";
import { clamp, mix, noise2 } from "./noise.ts";
import { fromHead } from "./portrait-frame.ts";

const HAIR: readonly Color[] = ["#1f0f09", "#3d1f11", "#6b3a1d", "#a3642f", "#dca05c"]
  .map(light)
  .map((color) => color.map((c) => c ** (1 / 2.2)) as unknown as Color);

/** What is under the strands: the dark mass of the hair. */
export const hairMass = insideOf([
  [-0.1, -1.04],
  [-0.5, -0.94],
  [-0.74, -0.66],
  [-0.83, -0.2],
  [-0.78, 0.35],
  [-0.76, 0.9],
  [-0.84, 1.3],
  [-0.72, 1.62],
  [-0.46, 1.72],
  [-0.34, 1.3],
  [0.5, 1.3],
  [0.66, 1.75],
  [1.0, 1.7],
  [1.1, 1.2],
  [1.0, 0.6],
  [0.98, 0],
  [0.92, -0.55],
  [0.6, -0.9],
  [0.25, -1.05],
]);

/** Where the hair begins over the forehead. */
export const hairline = (u: number): number =>
  -0.58 - 0.12 * bell(u, 0, 0.16, 0, 0.2) + 0.5 * Math.max(0, -0.32 - u) + 0.55 * Math.max(0, u - 0.42);

interface Lock {
  /** The two outer strands, from the parting to the ends. */
  readonly from: readonly Place[];
  readonly to: readonly Place[];
  readonly strands: number;
  /** Where along it the light catches, 0 to 1, and how strongly. */
  readonly shine: readonly [at: number, strength: number];
  readonly tone: number;
}

export const BEHIND: readonly Lock[] = [
  {
    from: [
      [-0.55, -0.8],
      [-0.84, -0.1],
      [-0.78, 0.6],
      [-0.9, 1.2],
      [-0.74, 1.72],
    ],
    to: [
      [-0.4, -0.6],
      [-0.5, 0.2],
      [-0.42, 0.8],
      [-0.4, 1.2],
      [-0.42, 1.66],
    ],
    strands: 260,
    shine: [0.62, 0.35],
    tone: 0.3,
  },
  {
    from: [
      [0.5, -0.9],
      [0.96, -0.2],
      [1.02, 0.5],
      [1.16, 1.1],
      [1.0, 1.86],
    ],
    to: [
      [0.5, -0.4],
      [0.7, 0.25],
      [0.6, 0.75],
      [0.52, 1.2],
      [0.62, 1.8],
    ],
    strands: 340,
    shine: [0.6, 0.3],
    tone: 0.26,
  },
];
export const IN_FRONT: readonly Lock[] = [
  {
    from: [
      [0.2, -1.17],
      [0.6, -1.12],
      [0.9, -0.78],
      [1.0, -0.2],
      [1.0, 0.4],
      [1.1, 0.95],
      [1.12, 1.5],
      [1.1, 1.98],
    ],
    to: [
      [0.15, -0.74],
      [0.4, -0.61],
      [0.6, -0.38],
      [0.7, -0.12],
      [0.79, 0.16],
      [0.7, 0.6],
      [0.58, 1.05],
      [0.6, 1.75],
    ],
    strands: 620,
    shine: [0.22, 0.6],
    tone: 0.36,
  },
  {
    from: [
      [0.25, -1.17],
      [-0.24, -1.25],
      [-0.7, -0.92],
      [-0.88, -0.3],
      [-0.8, 0.3],
      [-0.88, 0.85],
      [-0.96, 1.35],
      [-0.9, 1.9],
    ],
    to: [
      [0.19, -0.74],
      [-0.12, -0.61],
      [-0.43, -0.42],
      [-0.615, -0.14],
      [-0.67, 0.22],
      [-0.6, 0.72],
      [-0.52, 1.2],
      [-0.46, 1.8],
    ],
    strands: 620,
    shine: [0.28, 0.85],
    tone: 0.42,
  },
];

/** Parts of a strand; the light runs along them. */
const PIECES = 24;

/** Draws the strands of a lock, the loose ones last. */
export function comb(canvas: Canvas, lock: Lock, chance: () => number, scale: number): void {
  const [a, b] = [curve(lock.from), curve(lock.to)];
  for (let i = 0; i < lock.strands; i++) {
    const fine = i / lock.strands;
    // The last few fly loose.
    const loose = fine > 0.96;
    const t = loose ? mix(-0.06, 1.04, chance()) : chance();
    const swing = (loose ? 0.16 : 0.03) * (chance() - 0.5);
    const [begin, end] = [chance() * 0.015, 1 - chance() ** 1.6 * 0.4];
    const points: Place[] = [];
    for (let k = 0; k <= PIECES; k++) {
      const s = mix(begin, end, k / PIECES);
      const [p, q] = [pointAt(a, s), pointAt(b, s)];
      // Strands gather in a few tresses towards their ends.
      const tress = t + 0.06 * Math.sin(t * 21) * s + 0.07 * noise2(t * 5, s * 2.5, 41) * s;
      const wave = 0.045 * s * Math.sin(s * 13 + t * 2.5) + swing * s * Math.sin(s * 7 + t * 9);
      points.push(fromHead([mix(p[0], q[0], tress) + wave, mix(p[1], q[1], tress)]));
    }
    const tress = Math.cos(t * 21 + 0.6) * 0.16 + 0.14 * noise2(t * 40, 1, 43);
    // Pieces, so that the light can run along a strand.
    for (let k = 0; k < PIECES - 2; k += 3) {
      const s = mix(begin, end, (k + 2) / PIECES);
      const band = lock.shine[1] * Math.exp(-(((s - lock.shine[0] - 0.06 * noise2(t * 9, 2, 45)) / 0.14) ** 2));
      const value = clamp(
        lock.tone -
          0.1 +
          tress +
          0.42 * band * (0.6 + 0.8 * chance()) +
          0.16 * (chance() - 0.5) -
          0.14 * Math.abs(t - 0.4),
      );
      canvas.line(points.slice(k, k + 6), ramp(HAIR, value), {
        width: mix(5, 1.6, fine) * scale,
        opacity: mix(0.75, 0.6, fine),
        body: 0.35,
        taper: 0.75,
        dry: 0.05,
        streaks: 0.1,
      });
    }
  }
}
