/** Style: a floor of small stones, fish in a turning sea within a border; rows of stones run along the shapes. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, hex, ramp, times } from "./color.ts";
import { clamp, fractal2, hash, mix, noise2, smoothstep } from "./noise.ts";

/** Side of a stone, in heights of the picture. */
const STONE = 0.0185;
const ROUNDS = 7;
const FINER = 2;
const GROUT = hex("#6f6252");

interface Fish {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly size: number;
  readonly back: readonly Color[];
}
const CORAL = [hex("#7d2418"), hex("#c4502c"), hex("#e58b4a"), hex("#f3d9a4")];
const OLIVE = [hex("#1f3d3a"), hex("#3f6b52"), hex("#9aa85a"), hex("#efe3b8")];
const FISHES: readonly Fish[] = [
  { x: 0.47, y: 0.38, angle: -0.28, size: 0.27, back: CORAL },
  { x: 0.83, y: 0.64, angle: Math.PI - 0.22, size: 0.24, back: OLIVE },
  { x: 0.36, y: 0.74, angle: 0.24, size: 0.13, back: CORAL },
  { x: 0.98, y: 0.27, angle: Math.PI + 0.35, size: 0.12, back: OLIVE },
];

/** A place as seen from a fish: ahead and below, in its lengths. */
function from({ x: cx, y: cy, angle, size }: Fish, x: number, y: number): [number, number] {
  const [dx, dy] = [(x - cx) / size, (y - cy) / size];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const up = c < 0 ? -1 : 1;
  return [dx * c + dy * s, (dy * c - dx * s) * up];
}
/** Half the height of the body along its length; the tail opens behind. */
function girth(u: number): number {
  if (u > 0.72 || u < -1.02) return -1;
  const body = 0.34 * Math.sqrt(Math.max(0, 1 - ((u - 0.02) / 0.72) ** 2)) * (1 - 0.22 * u);
  const tail = u < -0.5 ? 0.055 + 0.62 * (-0.5 - u) : 0;
  return Math.max(body, tail);
}
/** About the distance to a fish, in heights of the picture; negative inside. */
function outline(fish: Fish, x: number, y: number): number {
  const [u, v] = from(fish, x, y);
  const clipped = clamp(u, -1, 0.7);
  const fin = u > -0.25 && u < 0.25 ? 0.12 * (1 - (u / 0.25) ** 2) * (v < 0 ? 1 : 0.5) : 0;
  const notch = u < -0.86 ? (Math.abs(v) < 0.12 ? 0.1 : 0) : 0;
  return (
    fish.size *
    0.85 *
    (Math.hypot(u - clipped, Math.max(0, Math.abs(v) - girth(clipped) - fin)) ||
      Math.max(-0.34, Math.abs(v) - girth(clipped) - fin) + notch)
  );
}

const frame = (x: number, y: number, aspect: number): number => Math.min(x, y, aspect - x, 1 - y);
const BORDER = 0.105;
/** Centre of the waves that run through the sea. */
const EDDY = { x: 0.66, y: 0.5 } as const;

interface Place {
  readonly color: Color;
  /** Rows of stones run along the level lines of this, in heights of the picture. */
  readonly level: number;
}

function placeAt(x: number, y: number, aspect: number): Place {
  const edge = frame(x, y, aspect);
  if (edge < BORDER) return { color: border(x, y, edge, aspect), level: edge };
  let [nearest, near] = [9, FISHES[0]!];
  for (const fish of FISHES) {
    const d = outline(fish, x, y);
    if (d < nearest) [nearest, near] = [d, fish];
  }
  if (nearest < 0) return { color: scales(near, x, y, nearest), level: nearest };
  if (nearest < STONE * 1.1) return { color: hex("#f1ead6"), level: nearest };
  const far = Math.hypot(x - EDDY.x, y - EDDY.y);
  const wave = far + 0.03 * Math.sin(Math.atan2(y - EDDY.y, x - EDDY.x) * 5 + far * 16);
  const tone = 0.5 + 0.42 * Math.sin(wave * 42) + 0.2 * noise2(x * 7, y * 7, 3);
  const sea = ramp([hex("#0f3d5e"), hex("#1c6a86"), hex("#3f9aa3"), hex("#8fc6b6"), hex("#e4ead2")], tone);
  return { color: sea, level: mix(nearest, wave, smoothstep(0.02, 0.09, nearest)) };
}

function scales(fish: Fish, x: number, y: number, depth: number): Color {
  const [u, v] = from(fish, x, y);
  if (depth > -STONE * 0.75) return hex("#2a2320");
  if (Math.hypot(u - 0.47, (v + 0.07) * 1.1) < 0.055)
    return Math.hypot(u - 0.47, v + 0.07) < 0.03 ? hex("#161412") : hex("#f6efd8");
  if (Math.abs(u - 0.3 + 0.9 * v * v) < 0.03) return fish.back[0]!;
  const rows = 0.12 * Math.sin((u + Math.abs(v) * 0.4) * 34) * (u < 0.28 && u > -0.6 ? 1 : 0);
  return ramp(fish.back, 0.36 + v * 1.5 + rows);
}

/** A band of running waves between two lines. */
function border(x: number, y: number, edge: number, aspect: number): Color {
  if (edge < 0.02) return hex("#3a2a22");
  if (edge < 0.036 || edge > BORDER - 0.018) return edge > BORDER - 0.018 ? hex("#8a2f20") : hex("#eadfbf");
  const across = edge === y || edge === 1 - y;
  const along = across ? x - aspect / 2 : y - 0.5;
  const t = (edge - 0.036) / (BORDER - 0.054);
  const turn = (along / 0.094 + 0.42 * Math.sin(t * 3.4) + 100) % 1;
  return turn < 0.5 ? hex("#1d4a63") : ramp([hex("#eadfbf"), hex("#d8b565")], t);
}

interface Stone {
  x: number;
  y: number;
  angle: number;
}

/** Stones on a grid that is shaken and then settles: each moves to the middle of what is nearest to it. */
function settle(width: number, height: number): { stones: Stone[]; owner: Int32Array; gap: Float32Array } {
  const aspect = width / height;
  const stones: Stone[] = [];
  for (let j = 0; j < 1 / STONE; j++)
    for (let i = 0; i < aspect / STONE; i++)
      stones.push({
        x: (i + 0.25 + 0.5 * hash(i, j, 1)) * STONE,
        y: (j + 0.25 + 0.5 * hash(i, j, 2)) * STONE,
        angle: 0,
      });
  const owner = new Int32Array(width * height);
  const gap = new Float32Array(width * height);
  for (let round = 0; round <= ROUNDS; round++) {
    const cells = new Map<number, number[]>();
    const cellOf = (x: number, y: number): number => Math.floor(y / STONE) * 4096 + Math.floor(x / STONE);
    for (const [k, stone] of stones.entries()) {
      const e = 0.004;
      const at = (dx: number, dy: number): number => placeAt(stone.x + dx, stone.y + dy, aspect).level;
      stone.angle = Math.atan2(at(0, e) - at(0, -e), at(e, 0) - at(-e, 0));
      const cell = cellOf(stone.x, stone.y);
      cells.set(cell, [...(cells.get(cell) ?? []), k]);
    }
    const sums = new Float64Array(stones.length * 3);
    for (let py = 0; py < height; py++) {
      for (let px = 0; px < width; px++) {
        const [x, y] = [(px + 0.5) / height, (py + 0.5) / height];
        let [first, second, whose] = [9, 9, 0];
        for (let j = -2; j <= 2; j++)
          for (let i = -2; i <= 2; i++)
            for (const k of cells.get(cellOf(x + i * STONE, y + j * STONE)) ?? []) {
              const stone = stones[k]!;
              const [dx, dy] = [x - stone.x, y - stone.y];
              const [c, s] = [Math.cos(stone.angle), Math.sin(stone.angle)];
              const far = Math.max(Math.abs(dx * c + dy * s), Math.abs(dy * c - dx * s)) + 0.12 * Math.hypot(dx, dy);
              if (far < first) [second, first, whose] = [first, far, k];
              else if (far < second) second = far;
            }
        owner[py * width + px] = whose;
        gap[py * width + px] = second - first;
        sums[whose * 3] = sums[whose * 3]! + x;
        sums[whose * 3 + 1] = sums[whose * 3 + 1]! + y;
        sums[whose * 3 + 2] = sums[whose * 3 + 2]! + 1;
      }
    }
    if (round === ROUNDS) break;
    for (const [k, stone] of stones.entries()) {
      const count = sums[k * 3 + 2]!;
      if (count > 0) [stone.x, stone.y] = [sums[k * 3]! / count, sums[k * 3 + 1]! / count];
    }
  }
  return { stones, owner, gap };
}

export function mosaic(width: number, height: number): RgbImage {
  const [w, h] = [width * FINER, height * FINER];
  const { stones, owner, gap } = settle(w, h);
  const colors = stones.map(({ x, y }, k) => {
    const { color } = placeAt(x, y, width / height);
    const tint = hash(k, 5) - 0.5;
    return times(blend(color, hex("#d9c59a"), 0.06 * hash(k, 6)), 1 + 0.22 * tint);
  });
  const data = new Uint8Array(width * height * 3);
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const sum = [0, 0, 0];
      for (let s = 0; s < FINER * FINER; s++) {
        const [fx, fy] = [px * FINER + (s % FINER), py * FINER + Math.floor(s / FINER)];
        const color = stoneAt(
          fx,
          fy,
          h,
          stones[owner[fy * w + fx]!]!,
          gap[fy * w + fx]!,
          colors[owner[fy * w + fx]!]!,
          owner[fy * w + fx]!,
        );
        for (let c = 0; c < 3; c++) sum[c]! += color[c]!;
      }
      for (let c = 0; c < 3; c++) data[(py * width + px) * 3 + c] = Math.round(255 * clamp(sum[c]! / FINER ** 2));
    }
  }
  return { width, height, data };
}

/** A stone is a little tilted, worn at its edges and veined; between stones lies grout. */
function stoneAt(fx: number, fy: number, h: number, { x, y }: Stone, gap: number, color: Color, k: number): Color {
  const [px, py] = [fx / h, fy / h];
  const grout = times(GROUT, 0.8 + 0.25 * fractal2(px * 160, py * 160, 2, 8));
  const inside = smoothstep(0.0016, 0.0034, gap + 0.0007 * noise2(px * 260, py * 260, 9));
  const worn = smoothstep(0.0025, 0.0075, gap);
  const tilt = ((px - x) * (hash(k, 11) - 0.5) + (py - y) * (hash(k, 12) - 0.5)) / STONE;
  const lit =
    (0.86 + 0.14 * worn) * (1 + 0.3 * tilt - 0.1 * ((px - x + py - y) / STONE) * (1 - worn)) +
    0.05 * fractal2(px * 90, py * 90, 3, k % 50);
  return blend(grout, times(color, lit), inside);
}
