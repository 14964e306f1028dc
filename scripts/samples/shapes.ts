/** Signed distances of simple solids around the origin, and ways to join them (Quilez). */

export const sphere = (x: number, y: number, z: number, radius: number): number =>
  Math.sqrt(x * x + y * y + z * z) - radius;

/** Radii `a`, `b`, `c`; a bound rather than the exact distance. */
export function ellipsoid(x: number, y: number, z: number, a: number, b: number, c: number): number {
  const near = Math.sqrt((x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2);
  const slope = Math.sqrt((x / (a * a)) ** 2 + (y / (b * b)) ** 2 + (z / (c * c)) ** 2);
  return slope === 0 ? -Math.min(a, b, c) : (near * (near - 1)) / slope;
}

/** Half sizes `a`, `b`, `c`, edges rounded by `radius`. */
export function box(x: number, y: number, z: number, a: number, b: number, c: number, radius = 0): number {
  const qx = Math.abs(x) - a + radius;
  const qy = Math.abs(y) - b + radius;
  const qz = Math.abs(z) - c + radius;
  const outside = Math.sqrt(Math.max(qx, 0) ** 2 + Math.max(qy, 0) ** 2 + Math.max(qz, 0) ** 2);
  return outside + Math.min(Math.max(qx, qy, qz), 0) - radius;
}

/** A rod from `a` to `b` whose radius goes from `ra` to `rb`. */
export function rod(
  x: number,
  y: number,
  z: number,
  a: readonly [number, number, number],
  b: readonly [number, number, number],
  ra: number,
  rb = ra,
): number {
  const [bx, by, bz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [px, py, pz] = [x - a[0], y - a[1], z - a[2]];
  const h = Math.min(1, Math.max(0, (px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz)));
  const [dx, dy, dz] = [px - bx * h, py - by * h, pz - bz * h];
  return Math.sqrt(dx * dx + dy * dy + dz * dz) - (ra + (rb - ra) * h);
}

/** An upright cylinder from `y = -half` to `half`. */
export function cylinder(x: number, y: number, z: number, radius: number, half: number): number {
  const across = Math.sqrt(x * x + z * z) - radius;
  const high = Math.abs(y) - half;
  return Math.min(Math.max(across, high), 0) + Math.sqrt(Math.max(across, 0) ** 2 + Math.max(high, 0) ** 2);
}

/** A flat ring around the y axis. */
export const torus = (x: number, y: number, z: number, radius: number, thickness: number): number =>
  Math.sqrt((Math.sqrt(x * x + z * z) - radius) ** 2 + y * y) - thickness;

/** Union whose seam is rounded over about `k`. */
export function join(a: number, b: number, k: number): number {
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.min(a, b) - h * h * k * 0.25;
}

/** `a` without `b`, the seam rounded. */
export const carve = (a: number, b: number, k: number): number => -join(-a, b, k);

/** A point turned about the origin in a plane, radians. */
export const turn = (a: number, b: number, angle: number): [number, number] => {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [c * a - s * b, s * a + c * b];
};
