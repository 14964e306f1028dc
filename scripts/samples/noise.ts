/** Seeded randomness and noise for the sample pictures: the same on every machine. */

/** Uniform numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A number in [0, 1) for each point of the integer lattice. */
export function hash(x: number, y: number, z = 0): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(z, 2147483647 ^ 0x5bd1e995);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  h = Math.imul(h ^ (h >>> 16), 2246822519);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

const fade = (t: number): number => t * t * (3 - 2 * t);

/** Smooth value noise in [-1, 1]. */
export function noise2(x: number, y: number, seed = 0): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const u = fade(x - ix);
  const v = fade(y - iy);
  const top = mix(hash(ix, iy, seed), hash(ix + 1, iy, seed), u);
  const bottom = mix(hash(ix, iy + 1, seed), hash(ix + 1, iy + 1, seed), u);
  return 2 * mix(top, bottom, v) - 1;
}

/** Smooth value noise in [-1, 1]. */
export function noise3(x: number, y: number, z: number): number {
  const iz = Math.floor(z);
  return mix(noise2(x, y, iz * 7 + 1), noise2(x, y, iz * 7 + 8), fade(z - iz));
}

/** Noise of several sizes, each half as large and half as strong as the one before; about [-1, 1]. */
export function fractal2(x: number, y: number, octaves = 4, seed = 0): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let i = 0; i < octaves; i++) {
    // Turned a little each time, so that the lattices do not line up.
    sum += weight * noise2(x * scale * 0.8 + y * scale * 0.6, y * scale * 0.8 - x * scale * 0.6, seed + i * 31);
    weight /= 2;
    scale *= 2.03;
  }
  return sum;
}

export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
export const clamp = (x: number, low = 0, high = 1): number => (x < low ? low : x > high ? high : x);

/** 0 below `low`, 1 above `high`, smooth between; `low` may be above `high`. */
export function smoothstep(low: number, high: number, x: number): number {
  return fade(clamp((x - low) / (high - low)));
}
