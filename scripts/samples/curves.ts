/** Outlines of what is drawn: smooth curves through points, and how far a place is from them. */
import { mix } from "./noise.ts";

export type Place = readonly [x: number, y: number];

const STEPS = 6;

/** A Catmull-Rom curve through the points, as short straight pieces. */
export function curve(points: readonly Place[], closed = false): Place[] {
  const count = points.length;
  const at = (i: number): Place => points[closed ? (i + count) % count : Math.min(count - 1, Math.max(0, i))] as Place;
  const line: Place[] = [];
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let s = 0; s < STEPS; s++) {
      const t = s / STEPS;
      const along = (k: 0 | 1): number =>
        0.5 *
        (2 * b[k] +
          (c[k] - a[k]) * t +
          (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t +
          (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3);
      line.push([along(0), along(1)]);
    }
  }
  if (!closed) line.push(at(count - 1));
  return line;
}

/** The place at `t`, 0 to 1, of a line, by the count of its points. */
export function pointAt(line: readonly Place[], t: number): Place {
  const at = t * (line.length - 1);
  const i = Math.min(line.length - 2, Math.floor(at));
  const [a, b] = [line[i]!, line[i + 1]!];
  return [mix(a[0], b[0], at - i), mix(a[1], b[1], at - i)];
}

/** How far inside a closed smooth outline a place is; negative outside, and roughly so far from it. */
export function insideOf(points: readonly Place[]): (x: number, y: number) => number {
  const line = curve(points, true);
  const [xs, ys] = [line.map(([x]) => x), line.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return (x, y) => {
    const outside = Math.max(left - x, x - right, top - y, y - bottom);
    if (outside > 0.05) return -outside;
    let nearest = Infinity;
    let inside = false;
    for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
      const [ax, ay] = line[j]!;
      const [bx, by] = line[i]!;
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      const [dx, dy] = [bx - ax, by - ay];
      const h = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
      nearest = Math.min(nearest, (x - ax - dx * h) ** 2 + (y - ay - dy * h) ** 2);
    }
    return inside ? Math.sqrt(nearest) : -Math.sqrt(nearest);
  };
}

/** A bell of height 1 with half widths `su`, `sv`. */
export const bell = (u: number, v: number, cu: number, cv: number, su: number, sv = su): number =>
  Math.exp(-(((u - cu) / su) ** 2) - ((v - cv) / sv) ** 2);
