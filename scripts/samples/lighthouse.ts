/** Content: a lighthouse and its keeper's cottage on a headland, a sailing boat coming home before the evening. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, light, plus, ramp, times } from "./color.ts";
import { clamp, fractal2, mix, noise2, smoothstep } from "./noise.ts";
import { render, type Scene, type Surface, unit, type Vector } from "./raymarch.ts";
import { box, cylinder, rod, sphere, torus } from "./shapes.ts";

const SUN = unit([-0.7, 0.4, 0.62]);
const HAZE = light("#ecc79c");
const TOWER = { x: 3.1, z: -1.2, foot: 2.35, height: 4.1 } as const;
const COTTAGE = { x: 5.1, z: -0.4, floor: 2.42 } as const;
const BOAT = { x: -3.6, z: 0.6 } as const;

/** Height of the ground above the sea. */
function ground(x: number, z: number): number {
  const ragged = 0.75 * fractal2(x * 0.9, z * 0.9, 4, 11);
  const away = Math.hypot((x - 4.9) / 1.25, (z + 1.2) / 0.95) + ragged;
  const plateau = 2.35 + 0.16 * fractal2(x * 0.8, z * 0.8, 2, 5);
  const head = plateau * smoothstep(4, 3.05, away) - 0.8 + 0.8 * smoothstep(5.1, 3.6, away);
  const stack = 1.25 * smoothstep(0.85, 0.25, Math.hypot(x + 0.75, (z - 0.6) * 1.1) + 0.45 * ragged) - 0.5;
  const skerry = 0.75 * smoothstep(0.8, 0.1, Math.hypot(x - 0.4, z - 2.1) + 0.5 * ragged) - 0.5;
  return Math.max(head, stack, skerry);
}

const swell = (x: number, z: number): number =>
  0.035 * Math.sin(x * 1.7 + z * 1.1) + 0.05 * noise2(x * 1.1 + 3, z * 1.9, 8) + 0.02 * noise2(x * 4.2, z * 5.1, 9);

function tower(x: number, y: number, z: number): number {
  const [tx, ty, tz] = [x - TOWER.x, y - TOWER.foot, z - TOWER.z];
  if (Math.hypot(tx, tz) > 1.4) return Math.hypot(tx, tz) - 1.1;
  const h = TOWER.height;
  let d = rod(tx, ty, tz, [0, 0, 0], [0, h - 0.35, 0], 0.56, 0.36);
  d = Math.max(d, ty - h + 0.3);
  d = Math.min(d, cylinder(tx, ty - h + 0.28, tz, 0.54, 0.06));
  d = Math.min(d, torus(tx, ty - h + 0.02, tz, 0.52, 0.018), torus(tx, ty - h - 0.1, tz, 0.52, 0.014));
  const post = Math.hypot(...around(tx, tz, 0.52, 12));
  d = Math.min(d, Math.max(post - 0.014, Math.abs(ty - h + 0.08) - 0.17));
  d = Math.min(d, cylinder(tx, ty - h - 0.08, tz, 0.27, 0.32));
  const cone = (Math.hypot(tx, tz) - 0.42 + (ty - h - 0.38) * 0.85) * 0.72;
  d = Math.min(d, Math.max(cone, -(ty - h - 0.38)));
  d = Math.min(d, sphere(tx, ty - h - 0.9, tz, 0.07), rod(tx, ty, tz, [0, h + 0.9, 0], [0, h + 1.25, 0], 0.014));
  return d;
}

/** The nearest of `count` places around a circle, relative to it. */
function around(x: number, z: number, radius: number, count: number): [number, number] {
  const step = (2 * Math.PI) / count;
  const angle = Math.round(Math.atan2(z, x) / step) * step;
  return [x - radius * Math.cos(angle), z - radius * Math.sin(angle)];
}

function cottage(x: number, y: number, z: number): { walls: number; roof: number } {
  const [cx, cy, cz] = [x - COTTAGE.x, y - COTTAGE.floor, z - COTTAGE.z];
  const bound = Math.hypot(cx, cy, cz) - 1.7;
  if (bound > 0.6) return { walls: bound, roof: bound };
  const slope = (Math.abs(cz) * 0.78 + cy - 1.12) * 0.79;
  const house = Math.max(box(cx, cy - 0.4, cz, 0.95, 0.85, 0.56), slope);
  const roof = Math.max(Math.abs(slope) - 0.045, box(cx, cy - 0.95, cz, 1.07, 0.48, 0.72));
  const chimney = box(cx - 0.6, cy - 1.1, cz, 0.12, 0.42, 0.12);
  return { walls: Math.min(house, chimney), roof };
}

function boat(x: number, y: number, z: number): { hull: number; sail: number } {
  const [bx, by, bz] = [x - BOAT.x, y - 0.04 - swell(BOAT.x, BOAT.z), z - BOAT.z];
  const bound = Math.hypot(bx, by - 0.8, bz) - 1.5;
  if (bound > 0.6) return { hull: bound, sail: bound };
  const beam = 0.24 * Math.sqrt(Math.max(0.01, 1 - (bx / 0.86) ** 2)) * (0.6 + 0.8 * clamp(by + 0.2));
  const hull = Math.max(Math.abs(bz) - beam, Math.abs(by - 0.02 - 0.12 * bx * bx) - 0.2, Math.abs(bx) - 0.85) * 0.7;
  const mast = rod(bx, by, bz, [0.1, 0, 0], [0.1, 1.75, 0], 0.022);
  const belly = bz - 0.22 * Math.sin(clamp((1.7 - by) / 1.5) * 2.6) * smoothstep(0.1, -0.5, bx);
  const main = Math.max(Math.abs(belly) - 0.012, bx - 0.06, by - 1.68 - (bx - 0.06) * 1.75, 0.34 - by);
  const jib = Math.max(
    Math.abs(bz - 0.1 * Math.sin(clamp(by) * 2.6)) - 0.012,
    0.17 - bx,
    by - 1.5 + (bx - 0.15) * 1.75,
    0.3 - by + 0.1 * bx,
  );
  return { hull: Math.min(hull, mast), sail: Math.min(main, jib) * 0.55 };
}

/** Cliffs are steep: the height above them is several times the distance to them. */
function land(x: number, y: number, z: number): number {
  const away = Math.hypot(x - 3.6, z + 0.4) - 7.2;
  if (away > 0.5) return away;
  return y > 2.9 ? y - 2.7 : (y - ground(x, z)) * 0.26;
}

function distance(x: number, y: number, z: number): number {
  const sea = (y - swell(x, z)) * 0.9;
  const house = cottage(x, y, z);
  const ship = boat(x, y, z);
  return Math.min(sea, land(x, y, z), tower(x, y, z), house.walls, house.roof, ship.hull, ship.sail);
}

function surface(x: number, y: number, z: number, normal: Vector): Surface {
  const house = cottage(x, y, z);
  const ship = boat(x, y, z);
  const solids = { tower: tower(x, y, z), walls: house.walls, roof: house.roof, hull: ship.hull, sail: ship.sail };
  const [part, d] = (Object.entries(solids) as [keyof typeof solids, number][]).reduce((a, b) =>
    a[1] <= b[1] ? a : b,
  );
  const sea = (y - swell(x, z)) * 0.9;
  const rock = land(x, y, z);
  if (sea < rock && sea < d) return seaSurface(x, z);
  if (rock < d) return landSurface(x, y, z, normal);
  const worn = fractal2(x * 7 + z * 5, y * 7, 4, 21);
  switch (part) {
    case "tower":
      return towerSurface(x, y, z, worn);
    case "walls":
      return { color: wallColor(x, y, z, worn), roughness: 0.9, gloss: 0.05 };
    case "roof":
      return {
        color: times(
          light("#b4472e"),
          0.85 + 0.3 * worn - 0.25 * smoothstep(0.8, 1, Math.abs(Math.sin(y * 34 + Math.sin(x * 26) * 0.3))),
        ),
        roughness: 0.85,
        gloss: 0.08,
      };
    case "hull":
      return {
        color: y > 0.42 ? light("#6b4a2a") : times(light("#1f4e6e"), 0.9 + 0.2 * worn),
        roughness: 0.5,
        gloss: 0.2,
      };
    case "sail":
    default:
      return {
        color: times(light("#f3dcb8"), 1 - 0.12 * smoothstep(0.93, 1, Math.abs(Math.sin(y * 9)))),
        roughness: 0.9,
        gloss: 0.03,
        translucent: 0.9,
      };
  }
}

function towerSurface(x: number, y: number, z: number, worn: number): Surface {
  const ty = y - TOWER.foot;
  const h = TOWER.height;
  if (ty > h + 0.36) return { color: light("#a8332a"), roughness: 0.4, gloss: 0.3 };
  if (ty > h - 0.22 && Math.hypot(x - TOWER.x, z - TOWER.z) < 0.3) {
    const pane = smoothstep(0.9, 0.97, Math.abs(Math.cos(5 * Math.atan2(z - TOWER.z, x - TOWER.x))));
    return {
      color: light("#3a4a50"),
      roughness: 0.2,
      gloss: 0.6,
      glow: times([2.4, 1.7, 0.7], (1 - pane) * (0.5 + 0.5 * smoothstep(0.3, 0, Math.abs(ty - h - 0.08)))),
    };
  }
  if (ty > h - 0.36) return { color: light("#3b3f45"), roughness: 0.6, gloss: 0.2 };
  const band = smoothstep(0.48, 0.5, Math.abs(((ty / 1.32 + 0.2) % 1) - 0.5) * 2);
  const white = times(light("#f2eadb"), 0.94 + 0.14 * worn);
  const red = times(light("#bb3a2c"), 0.92 + 0.2 * worn);
  let color = blend(white, red, band);
  const angle = Math.atan2(z - TOWER.z, x - TOWER.x);
  for (const [at, turnedTo] of [
    [0.95, 1.9],
    [2.2, 1.5],
    [3.2, 2.1],
  ] as const) {
    const window = Math.max(Math.abs(angle - turnedTo) * 0.48 - 0.085, Math.abs(ty - at) - 0.15);
    color = blend(color, light("#26333d"), smoothstep(0.015, -0.01, window));
  }
  return {
    color: blend(color, light("#8d7a5f"), 0.4 * smoothstep(0.5, 0, ty) * (0.5 + worn)),
    roughness: 0.8,
    gloss: 0.08,
  };
}

function wallColor(x: number, y: number, z: number, worn: number): Color {
  const [cx, cy, cz] = [x - COTTAGE.x, y - COTTAGE.floor, z - COTTAGE.z];
  if (cy > 1.05) return light("#8a6a55");
  let color: Color = times(light("#efe2c8"), 0.95 + 0.12 * worn);
  if (Math.abs(cz) > 0.5 || Math.abs(cx) > 0.9) {
    const along = Math.abs(cz) > 0.5 ? cx : cz;
    const window = Math.max(Math.abs(Math.abs(along) - 0.5) - 0.13, Math.abs(cy - 0.5) - 0.15);
    const door = Math.max(Math.abs(along) - 0.13, Math.abs(cy - 0.32) - 0.32);
    color = blend(color, light("#ffd27a"), smoothstep(0.012, -0.01, window));
    color = blend(
      color,
      light("#2e6a74"),
      smoothstep(0.012, -0.01, Math.min(door, Math.max(Math.abs(window - 0.03) - 0.03, 0))),
    );
  }
  return color;
}

function landSurface(x: number, y: number, z: number, normal: Vector): Surface {
  const rough = fractal2(x * 5, z * 5 + y * 4, 4, 31);
  const strata = fractal2(x * 1.2 + rough * 0.5, y * 9 + z * 0.8, 3, 33);
  const rock = ramp(
    [light("#3f3a3c"), light("#6f6259"), light("#a88c6c"), light("#c9a982")],
    0.5 + 0.75 * strata + 0.3 * rough,
  );
  const turf = ramp(
    [light("#3d5a24"), light("#6f8a34"), light("#a8a04a")],
    0.5 + fractal2(x * 2.2, z * 2.2, 3, 37) + 0.7 * fractal2(x * 17, z * 17, 2, 39),
  );
  const flower =
    smoothstep(0.66, 0.72, noise2(x * 13, z * 13, 41)) * smoothstep(0.1, 0.5, noise2(x * 1.6, z * 1.6, 43));
  const meadow = blend(turf, light("#e8d46a"), flower * 0.8);
  const path =
    smoothstep(0.22, 0.1, Math.abs(z - 0.45 - 0.35 * Math.sin(x * 1.3)) + 0.12 * rough) * smoothstep(5.4, 4.9, x);
  const green = smoothstep(0.62, 0.8, normal[1] + 0.25 * rough) * smoothstep(1.25, 1.6, y + 0.3 * rough);
  let color = blend(rock, blend(meadow, light("#c9ad80"), 0.85 * path), green);
  color = times(color, mix(0.35, 1, smoothstep(0.12, 0.45, y + 0.12 * rough)));
  return {
    color,
    roughness: 0.9,
    gloss: 0.06,
    bump: [0.35 * rough, 0.15 * strata, 0.35 * noise2(x * 11, z * 11 + y * 9, 45)],
  };
}

function seaSurface(x: number, z: number): Surface {
  const away = -ground(x, z);
  const spread = 1 / (1 + 0.06 * Math.hypot(x, z - 9) ** 2 * 0.2);
  const chop = (seed: number, s: number) =>
    noise2(x * 3.1 * s, z * 6.2 * s, seed) + 0.7 * noise2(x * 8.3 * s, z * 15 * s, seed + 1);
  const lace = fractal2(x * 3.4, z * 5.5, 4, 51);
  const foam = smoothstep(0.42, 0.05, away - 0.35 * lace) * smoothstep(-0.25, 0.25, lace + 0.15);
  const crest = smoothstep(0.42, 0.6, fractal2(x * 1.4, z * 3.4, 4, 53)) * 0.5;
  const deep = blend(
    light("#0d4a60"),
    light("#2f8f8a"),
    smoothstep(0.9, 0.2, away) * 0.8 + 0.2 * noise2(x * 0.5, z * 0.5, 55),
  );
  const white = clamp(foam + crest);
  return {
    color: blend(deep, light("#f4efe4"), white),
    roughness: mix(0.16, 0.9, white),
    gloss: mix(0.55, 0.05, white),
    mirror: 1 - white,
    bump: [0.16 * chop(57, 1) * spread, 0, 0.16 * chop(61, 1) * spread],
  };
}

/** What distance leaves of the sea. */
const haze = (d: Vector): Color => blend(HAZE, light("#a9b4ae"), 0.35 + 0.25 * smoothstep(-0.3, 0.3, d[0]));

/** Evening sky: a warm horizon, piled clouds lit from the left, thin ones high up. */
function background(d: Vector): Color {
  if (d[1] < 0) return haze(d);
  const high = clamp(d[1] * 2.1 + 0.02);
  let color = ramp(
    [light("#f8c98a"), light("#f0c9a4"), light("#b9cdd2"), light("#7fb0cf"), light("#4b8fc4"), light("#3a7ab8")],
    high ** 0.75,
  );
  const sun = Math.max(0, d[0] * SUN[0] + d[1] * SUN[1] + d[2] * SUN[2]);
  color = plus(color, times(light("#ffb45e"), 0.35 * sun ** 6));
  const [x, y] = [Math.atan2(d[0], -d[2]) * 2.4, d[1] * 4.4];
  const wisps = smoothstep(0.05, 0.6, fractal2(x * 1.2 + 4, y * 5 + x * 0.7, 4, 71)) * smoothstep(0.5, 1.4, y);
  color = blend(color, light("#fdf0e0"), 0.55 * wisps);
  const thickness = (px: number, py: number) => {
    const bank = 0.55 * Math.exp(-(((py - 0.62 - 0.3 * noise2(px * 0.8, 3, 73)) / 0.42) ** 2)) - 0.42;
    return bank + 0.9 * fractal2(px * 1.5, py * 2.2, 6, 75) + 0.1 * Math.abs(fractal2(px * 4, py * 6, 4, 77));
  };
  const cloud = thickness(x, y);
  if (cloud > 0) {
    const towards = thickness(x - 0.09, y + 0.1);
    const lit = clamp(0.55 + 2.1 * (cloud - towards) - 0.35 * cloud);
    const tint = ramp([light("#8d8fa6"), light("#d9a99a"), light("#ffd9ae"), light("#fff6e4")], lit);
    color = blend(color, tint, smoothstep(0, 0.16, cloud) * 0.97 * smoothstep(0.02, 0.12, d[1]));
  }
  const hills = 0.55 + 0.45 * Math.sin(x * 3.1 + 1.9) + 0.35 * fractal2(x * 4, 2, 4, 79);
  const isle = 0.012 + 0.034 * Math.max(0, hills) * smoothstep(0.12, -0.3, x) * smoothstep(-1.9, -1, x);
  color = blend(color, blend(light("#7f97a8"), HAZE, 0.35), smoothstep(0.001, -0.001, d[1] - isle + 0.012));
  return times(color, 1.15);
}

const scene: Scene = {
  distance,
  surface,
  background,
  lights: [
    { direction: SUN, color: [3.1, 2.25, 1.35], hardness: 16 },
    { direction: [0.3, 0.5, 0.9], color: [0.25, 0.32, 0.42], hardness: 0 },
  ],
  skyLight: [0.42, 0.52, 0.66],
  groundLight: [0.2, 0.2, 0.18],
  fog: (color, distance, direction) => blend(color, haze(direction), 1 - Math.exp(-((distance / 95) ** 1.5))),
};

export const lighthouse = (width: number, height: number, quality: number): RgbImage =>
  render(
    scene,
    { from: [-0.4, 3.7, 13.5], to: [0.75, 2.55, 0], angle: 38 },
    { width, height, quality, farthest: 320, exposure: 0.6, vignette: 0.22 },
  );
