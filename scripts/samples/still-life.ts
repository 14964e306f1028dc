/** Content: a jug of sunflowers, fruit and a bowl on a kitchen table, light from a window at the left. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, light, ramp, times } from "./color.ts";
import { clamp, fractal2, hash, noise2, noise3, smoothstep } from "./noise.ts";
import { render, type Scene, type Surface, unit, type Vector } from "./raymarch.ts";
import { box, carve, ellipsoid, join, rod, sphere, torus, turn } from "./shapes.ts";

type Point = readonly [number, number, number];

const JUG: Point = [-1.35, 0, -0.6];
const BOWL: Point = [1.25, 0, -0.35];
const PEAR: Point = [-0.15, 0, 0.95];
const LEMON: Point = [0.75, 0.36, 1.35];

interface Apple {
  readonly at: Point;
  readonly size: number;
  readonly lean: number;
  readonly tint: number;
}
const APPLES: readonly Apple[] = [
  { at: [0.8, 0.98, -0.25], size: 0.5, lean: 0.3, tint: 0.9 },
  { at: [1.75, 0.96, -0.3], size: 0.48, lean: -0.4, tint: 0.25 },
  { at: [1.25, 1.08, -0.75], size: 0.5, lean: 0.1, tint: 0.75 },
  { at: [-1.25, 0.44, 1.15], size: 0.46, lean: -0.25, tint: 1 },
];

interface Flower {
  readonly head: Point;
  readonly faces: Vector;
  readonly size: number;
}
const FLOWERS: readonly Flower[] = [
  { head: [-1.55, 3.35, -0.1], faces: unit([-0.25, 0.15, 1]), size: 0.66 },
  { head: [-0.45, 2.85, 0], faces: unit([0.45, 0.1, 1]), size: 0.6 },
  { head: [-2.35, 2.65, 0.05], faces: unit([-0.6, 0.05, 1]), size: 0.56 },
  { head: [-0.85, 3.95, -0.65], faces: unit([0.2, 0.55, 0.9]), size: 0.56 },
  { head: [-1.5, 2.45, 0.42], faces: unit([0.05, -0.15, 1]), size: 0.5 },
];

function jug(x: number, y: number, z: number): number {
  const r = Math.hypot(x, z);
  const profile =
    0.5 +
    0.3 * Math.sin(clamp((y - 0.1) / 1.7) * 3.0) -
    0.12 * smoothstep(1.2, 1.75, y) +
    0.12 * smoothstep(1.8, 2.05, y);
  let d = Math.max(r - profile, y - 2, -y) * 0.75;
  d = carve(d, Math.max(r - profile + 0.07, 1.2 - y) * 0.75, 0.04);
  const [hx, hy] = [x + 0.82, y - 1.2];
  return join(d, torus(hx * 0.9, z, hy * 0.72, 0.42, 0.075), 0.06);
}

function bowl(x: number, y: number, z: number): number {
  const outer = Math.max(ellipsoid(x, y - 1, z, 1.18, 0.96, 1.18), y - 0.92);
  const hollow = carve(outer, ellipsoid(x, y - 1.02, z, 1.1, 0.86, 1.1), 0.03);
  return Math.min(hollow, torus(x, y - 0.06, z, 0.42, 0.06));
}

function apple(
  [ax, ay, az]: Point,
  size: number,
  lean: number,
  x: number,
  y: number,
  z: number,
): { flesh: number; stalk: number } {
  const [ux, uy] = turn((x - ax) / size, (y - ay) / size, lean);
  const uz = (z - az) / size;
  const r = Math.hypot(ux, uz);
  const dimple = 0.34 * Math.exp(-((r / 0.24) ** 2)) * Math.sign(uy);
  const flesh = sphere(ux * (1 + 0.1 * (uy < 0 ? -uy : 0)), uy * 1.06 + dimple, uz, 0.95) * 0.7 * size;
  const stalk = rod(ux, uy, uz, [0, 0.55, 0], [0.12, 1.05, 0.05], 0.035) * size;
  return { flesh, stalk };
}

function pear(x: number, y: number, z: number): { flesh: number; stalk: number } {
  const [px, py] = turn(x - PEAR[0], y - PEAR[1] - 0.5, 0.16);
  const pz = z - PEAR[2];
  const flesh = join(sphere(px, py, pz, 0.49), sphere(px, py - 0.66, pz, 0.24), 0.42);
  return { flesh, stalk: rod(px, py, pz, [0, 0.85, 0], [-0.1, 1.2, 0.02], 0.03) };
}

const lemon = (x: number, y: number, z: number): number => {
  const [lx, lz] = turn(x - LEMON[0], z - LEMON[2], 0.5);
  const ly = y - LEMON[1];
  return join(ellipsoid(lx, ly, lz, 0.46, 0.36, 0.36), sphere(Math.abs(lx) - 0.45, ly, lz, 0.06), 0.16);
};

/** A point in a flower's frame: `w` along its axis, `r` and `angle` around it. */
function inFlower({ head, faces, size }: Flower, x: number, y: number, z: number) {
  const [dx, dy, dz] = [(x - head[0]) / size, (y - head[1]) / size, (z - head[2]) / size];
  const w = dx * faces[0] + dy * faces[1] + dz * faces[2];
  const side = unit([faces[2], 0, -faces[0]]);
  const a = dx * side[0] + dz * side[2];
  const upY = faces[2] * side[0] - faces[0] * side[2];
  const b = dx * (faces[1] * side[2]) + dy * upY + dz * (-faces[1] * side[0]);
  return { w, a, b, r: Math.hypot(a, b), angle: Math.atan2(b, a) };
}

function flower(f: Flower, x: number, y: number, z: number): { disc: number; petals: number } {
  const far = Math.hypot(x - f.head[0], y - f.head[1], z - f.head[2]) - f.size * 1.25;
  if (far > 0.4) return { disc: far, petals: far };
  const { w, a, b, r, angle } = inFlower(f, x, y, z);
  const seeds = 0.02 * noise3(a * 22, b * 22, 3);
  const disc = (ellipsoid(a, w, b, 0.42, 0.17, 0.42) - seeds) * f.size;
  let petals = 9;
  for (const [count, offset, length, lift] of [
    [15, 0, 1.12, 0.05],
    [14, 0.22, 1.0, -0.06],
  ] as const) {
    const step = (2 * Math.PI) / count;
    const index = Math.round((angle - offset) / step);
    const own = hash(index, count, Math.round(f.size * 100));
    const middle = index * step + offset + (own - 0.5) * 0.16;
    const reach = length * (0.85 + 0.25 * own);
    const along = r * Math.cos(angle - middle);
    const across = r * Math.sin(angle - middle);
    const t = clamp((along - 0.3) / (reach - 0.3));
    const breadth = 0.155 * Math.sin(Math.PI * (0.12 + 0.86 * t ** 0.8));
    const curl = w - lift - 0.16 * t * t * (own - 0.2) + 0.9 * across * across;
    const flat = Math.max(Math.abs(across) - breadth, along - reach, 0.25 - along);
    petals = Math.min(petals, Math.max(flat, Math.abs(curl) - 0.018));
  }
  return { disc, petals: petals * 0.55 * f.size };
}

function greens(x: number, y: number, z: number): number {
  let d = 9;
  for (const [i, { head, faces }] of FLOWERS.entries()) {
    const neck: Point = [head[0] - 0.12 * faces[0], head[1] - 0.25, head[2] - 0.16];
    d = Math.min(d, rod(x, y, z, [JUG[0] + 0.12 * (i - 2), 1.6, JUG[2]], neck, 0.05));
  }
  for (const [lx, ly, lz, angle, size] of [
    [-0.55, 2.15, -0.2, -0.5, 0.62],
    [-2.25, 2.0, -0.3, 0.6, 0.6],
    [-1.15, 3.0, -0.7, 1.4, 0.55],
    [-2.2, 3.25, -0.7, 0.9, 0.5],
  ] as const) {
    const [u, v] = turn(x - lx, y - ly, angle);
    const breadth = 0.3 * size * Math.cos(clamp(u / size, -1, 1) * 1.57) ** 0.8;
    const fold = Math.abs(z - lz - 0.25 * u * u + 0.35 * Math.abs(v)) - 0.02;
    d = Math.min(d, Math.max(Math.abs(v) - breadth, Math.abs(u) - size, fold) * 0.6);
  }
  return d;
}

/** The cloth lies in soft folds towards the corner that hangs over the edge. */
const cloth = (x: number, y: number, z: number): number =>
  (y -
    0.035 * Math.sin(x * 2.1 + z * 1.3 + 1.5 * noise2(x * 0.7, z * 0.7, 3)) * smoothstep(0.4, 2, z) -
    0.01 * noise2(x * 2, z * 2, 4)) *
  0.9;

function distances(x: number, y: number, z: number) {
  let [flesh, stalk, disc, petals] = [9, 9, 9, 9];
  for (const a of APPLES) {
    const one = apple(a.at, a.size, a.lean, x, y, z);
    flesh = Math.min(flesh, one.flesh);
    stalk = Math.min(stalk, one.stalk);
  }
  const bouquet = sphere(x + 1.4, y - 3, z + 0.2, 2.05);
  if (bouquet < 0.5) {
    for (const f of FLOWERS) {
      const one = flower(f, x, y, z);
      disc = Math.min(disc, one.disc);
      petals = Math.min(petals, one.petals);
    }
  } else petals = bouquet;
  const { flesh: pearFlesh, stalk: pearStalk } = pear(x, y, z);
  return {
    jug: jug(x - JUG[0], y, z - JUG[2]),
    bowl: bowl(x - BOWL[0], y, z - BOWL[2]),
    apple: flesh,
    stalk: Math.min(stalk, pearStalk),
    pear: pearFlesh,
    lemon: lemon(x, y, z),
    disc,
    petals,
    greens: bouquet < 0.5 ? greens(x, y, z) : bouquet,
    cloth: cloth(x, y, z),
    wall: z + 3.2,
    shutter: box(x + 4.6, y - 2, z + 1.5, 0.1, 4, 1, 0.05),
  };
}

const distance = (x: number, y: number, z: number): number => Math.min(...Object.values(distances(x, y, z)));

function surface(x: number, y: number, z: number, normal: Vector): Surface {
  const entries = Object.entries(distances(x, y, z)) as [keyof ReturnType<typeof distances>, number][];
  const [part] = entries.reduce((a, b) => (a[1] <= b[1] ? a : b));
  const speck = noise3(x * 30, y * 30, z * 30);
  switch (part) {
    case "jug":
      return jugSurface(x, y, z, speck);
    case "bowl": {
      const ring = smoothstep(0.03, 0.02, Math.abs(y - 0.78)) + smoothstep(0.015, 0.008, Math.abs(y - 0.7));
      const glaze = blend(light("#e9e2d0"), light("#3a6ea8"), clamp(ring) * (normal[1] < 0.6 ? 1 : 0));
      return { color: times(glaze, 1 + 0.05 * speck), roughness: 0.22, gloss: 0.5, mirror: 0.8 };
    }
    case "apple":
      return appleSurface(x, y, z);
    case "stalk":
      return { color: light("#4f3a22"), roughness: 0.9 };
    case "pear": {
      const blush = smoothstep(-0.2, 0.7, normal[0] * 0.8 + 0.4 * fractal2(x * 4, y * 4, 3, 5));
      const skin = blend(light("#a8a83a"), light("#d2953c"), blush * 0.75);
      return {
        color: times(skin, 1 - 0.3 * smoothstep(0.55, 0.8, speck)),
        roughness: 0.45,
        gloss: 0.3,
        translucent: 0.3,
      };
    }
    case "lemon":
      return {
        color: light("#f0c22c"),
        roughness: 0.42,
        gloss: 0.35,
        translucent: 0.5,
        bump: [0.07 * speck, 0.07 * speck, 0.05 * speck],
      };
    case "disc":
      return {
        color: ramp([light("#2a1608"), light("#6b3d12"), light("#a86a1c")], 0.45 + 0.6 * speck),
        roughness: 1,
        gloss: 0.03,
      };
    case "petals":
      return petalSurface(x, y, z);
    case "greens":
      return {
        color: ramp([light("#2f4a1a"), light("#5c7a2a"), light("#88983c")], 0.5 + fractal2(x * 5, y * 5, 3, 9)),
        roughness: 0.6,
        gloss: 0.15,
        translucent: 0.6,
      };
    case "cloth":
      return clothSurface(x, z);
    case "wall":
    case "shutter":
    default: {
      const plaster = fractal2(x * 0.9, y * 0.9, 5, 13);
      const fine = fractal2(x * 8, y * 8, 3, 15);
      return {
        color: times(
          ramp([light("#4f7378"), light("#6d9390"), light("#9db3a2")], 0.5 + 0.7 * plaster),
          1 + 0.12 * fine,
        ),
        roughness: 0.95,
        gloss: 0.03,
        bump: [0.1 * fine, 0.1 * fine, 0],
      };
    }
  }
}

function jugSurface(x: number, y: number, z: number, speck: number): Surface {
  const angle = Math.atan2(x - JUG[0], z - JUG[2]);
  const band = smoothstep(0.02, 0.01, Math.abs(Math.abs(y - 0.95) - 0.42) - 0.02);
  const leaf = smoothstep(
    0.05,
    0,
    Math.abs(y - 0.95 - 0.13 * Math.sin(angle * 7)) - 0.05 * Math.abs(Math.cos(angle * 3.5)),
  );
  const drip = smoothstep(1.55, 1.45, y + 0.06 * noise2(angle * 5, 2, 17));
  const glaze = blend(light("#2f5f94"), light("#efe6d2"), drip);
  return {
    color: times(blend(glaze, light("#2f5f94"), clamp(band + leaf) * drip), 1 + 0.06 * speck),
    roughness: 0.2,
    gloss: 0.55,
    mirror: 0.8,
  };
}

function appleSurface(x: number, y: number, z: number): Surface {
  const near = APPLES.reduce((a, b) => (gap(a, x, y, z) <= gap(b, x, y, z) ? a : b));
  const [ux, uy] = turn(x - near.at[0], y - near.at[1], near.lean);
  const angle = Math.atan2(z - near.at[2], ux);
  const streak = 0.5 * noise2(angle * 9, uy * 2.5, 19) + 0.4 * noise2(angle * 27, uy * 3, 21);
  const red = clamp(near.tint - 0.1 + 0.28 * streak - 0.5 * smoothstep(0.25, 0.5, uy) * (1 - near.tint));
  const color = ramp([light("#9fae3a"), light("#d99a3a"), light("#c23a24"), light("#8a1620")], red);
  const dot = smoothstep(0.78, 0.86, noise3(x * 26, y * 26, z * 26));
  return {
    color: blend(color, light("#e9c98a"), 0.6 * dot),
    roughness: 0.3,
    gloss: 0.45,
    mirror: 0.5,
    translucent: 0.25,
  };
}

const gap = ({ at, size }: Apple, x: number, y: number, z: number): number =>
  Math.hypot(x - at[0], y - at[1], z - at[2]) - size;

function petalSurface(x: number, y: number, z: number): Surface {
  const { r, angle } = FLOWERS.map((f) => inFlower(f, x, y, z)).reduce((a, b) =>
    Math.hypot(a.w, a.r) <= Math.hypot(b.w, b.r) ? a : b,
  );
  const vein = 0.5 + 0.5 * noise2(angle * 60, r * 3, 23);
  const color: Color = ramp(
    [light("#b8560e"), light("#eb9f16"), light("#f6c22a"), light("#fbd95a")],
    clamp((r - 0.35) * 1.1 + 0.25 * (vein - 0.5)),
  );
  return { color, roughness: 0.7, gloss: 0.08, translucent: 0.9 };
}

function clothSurface(x: number, z: number): Surface {
  const [u, v] = turn(x, z, 0.35);
  const thread = 0.5 * Math.sin(u * 150) * Math.sin(v * 150);
  const stripe = (a: number) =>
    smoothstep(0.035, 0.02, Math.abs(((a + 20) % 0.9) - 0.45) - 0.1) +
    smoothstep(0.02, 0.01, Math.abs(Math.abs(((a + 20) % 0.9) - 0.45) - 0.17));
  const red = clamp(0.55 * stripe(u) + 0.55 * stripe(v));
  const color = blend(light("#ece3cf"), light("#b23b34"), red);
  return {
    color: times(color, 0.97 + 0.05 * thread + 0.04 * fractal2(x * 3, z * 3, 3, 25)),
    roughness: 0.95,
    gloss: 0.03,
    bump: [0.06 * thread, 0, 0.06 * thread],
  };
}

const scene: Scene = {
  distance,
  surface,
  background: (direction) => ramp([light("#5a4a3a"), light("#c9d6dc")], 0.5 + 0.5 * direction[1]),
  lights: [
    { direction: [-0.85, 0.62, 0.55], color: [3, 2.6, 2.05], hardness: 7 },
    { direction: [0.8, 0.35, 0.6], color: [0.22, 0.22, 0.26], hardness: 0 },
  ],
  skyLight: [0.4, 0.43, 0.48],
  groundLight: [0.3, 0.22, 0.16],
};

export const stillLife = (width: number, height: number, quality: number): RgbImage =>
  render(
    scene,
    { from: [0.7, 3.1, 8.6], to: [-0.15, 1.92, 0], angle: 36 },
    { width, height, quality, farthest: 30, exposure: 0.6, vignette: 0.3 },
  );
