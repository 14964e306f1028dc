/** The window of a mat: the rectangle or the oval in which the picture itself is seen. */
import { blurPlanar } from "../gaussian-blur.ts";
import type { PlanarImage, Size } from "../plane.ts";
import { groundFrom, sideColours } from "./mat-ground.ts";
import { findRegions, type Region } from "./regions.ts";

/** A window, in pixels of the picture that was looked at; `right` and `bottom` lie beyond it. */
export interface Window {
  readonly shape: "rectangle" | "oval";
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How much neighbours on a mat may differ: rough ones and shadows need much, a pale picture in a pale mat little. */
const STEPS = [0.03, 0.016, 0.008];

/** The least share of the picture that a window may be: smaller ones are objects on a ground. */
const LEAST_AREA = 0.18;

/** A straight edge: so many of the lines that meet it end within so many pixels. */
const STRAIGHT_SHARE = 0.7;
const STRAIGHT = 2;

/** An oval: so many of the places where it is met lie on it, and hardly one beyond it, in shares of its radius. */
const OVAL_SHARE = 0.72;
const OVAL_NEAR = 0.03;
const BEYOND_SHARE = 0.04;

/** At one side alone, more than this share of the picture is a sky or a floor unless something is written there. */
const DEEPEST_ALONE = 0.14;
const DEEPEST_CAPTION = 0.24;

/** Mean slope of lightness, per pixel, that a picture has and a flat colour field has not. */
const LIVELY = 0.004;

/** The window in the ground that a picture has at its edges, or `null`. */
export function findWindow(image: PlanarImage): Window | null {
  const smooth = blurPlanar(image, 0.6);
  for (const colour of sideColours(image)) {
    for (const step of STEPS) {
      const window = windowIn(image, groundFrom(smooth, colour, step));
      if (window) return window;
    }
  }
  return null;
}

function windowIn(image: PlanarImage, ground: Uint8Array): Window | null {
  const { labels, regions } = findRegions(image, (pixel) => ground[pixel] === 0);
  let largest = 0;
  for (const [label, { area }] of regions.entries()) if (area > regions[largest]!.area) largest = label;
  const region = regions[largest];
  if (!region || region.area < 0.5 * LEAST_AREA * labels.length) return null;
  const extents = extentsOf(image, region, (pixel) => labels[pixel] === largest);
  const window = rectangleOf(image, extents, regions) ?? ovalOf(image, extents);
  return window && isWindow(image, window) ? window : null;
}

/** Where a region begins and ends in each row and in each column that it reaches; ends lie beyond it. */
interface Extents {
  readonly region: Region;
  readonly rows: readonly Extent[];
  readonly columns: readonly Extent[];
}

interface Extent {
  readonly line: number;
  readonly first: number;
  readonly end: number;
}

function extentsOf({ width }: Size, region: Region, isIn: (pixel: number) => boolean): Extents {
  const { left, top, right, bottom } = region;
  const across = (line: number, from: number, to: number, at: (place: number) => number): Extent => {
    let [first, end] = [from, to];
    while (first < to && !isIn(at(first))) first++;
    while (end > first && !isIn(at(end - 1))) end--;
    return { line, first, end };
  };
  const rows: Extent[] = [];
  for (let y = top; y < bottom; y++) rows.push(across(y, left, right, (x) => y * width + x));
  const columns: Extent[] = [];
  for (let x = left; x < right; x++) columns.push(across(x, top, bottom, (y) => y * width + x));
  return { region, rows, columns };
}

/** The place where most lines begin or end, and the share of them that do. */
function edgeOf(places: readonly number[]): { readonly at: number; readonly share: number } {
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  let [at, best] = [0, 0];
  for (const place of counts.keys()) {
    let near = 0;
    for (let d = -STRAIGHT; d <= STRAIGHT; d++) near += counts.get(place + d) ?? 0;
    // Of two equally good places the one that most lines name.
    const worth = near + 0.1 * counts.get(place)!;
    if (worth > best) [at, best] = [place, worth];
  }
  let share = 0;
  for (const place of places) if (Math.abs(place - at) <= STRAIGHT) share++;
  return { at, share: share / Math.max(1, places.length) };
}

function rectangleOf({ width, height }: Size, { rows, columns }: Extents, regions: readonly Region[]): Window | null {
  const edges = [
    edgeOf(rows.map(({ first }) => first)),
    edgeOf(columns.map(({ first }) => first)),
    edgeOf(rows.map(({ end }) => end)),
    edgeOf(columns.map(({ end }) => end)),
  ] as const;
  if (edges.some(({ share }) => share < STRAIGHT_SHARE)) return null;
  const [left, top, right, bottom] = edges.map(({ at }) => at) as [number, number, number, number];
  const depths = [left / width, top / height, 1 - right / width, 1 - bottom / height];
  const cut = depths.filter((depth) => depth > 0);
  if (cut.length === 0) return null;
  if (cut.length === 1) {
    const deepest = hasLettering(regions, { top, bottom }) ? DEEPEST_CAPTION : DEEPEST_ALONE;
    if (cut[0]! > deepest) return null;
  }
  return { shape: "rectangle", left, top, right, bottom };
}

/** Whether small things stand in a row outside a window, above it or below. */
const hasLettering = (regions: readonly Region[], { top, bottom }: { top: number; bottom: number }): boolean =>
  regions.filter((region) => region.area >= 3 && (region.bottom <= top || region.top >= bottom)).length >= 4;

function ovalOf(size: Size, { region, rows, columns }: Extents): Window | null {
  const { left, top, right, bottom } = region;
  const [halfWidth, halfHeight] = [(right - left) / 2, (bottom - top) / 2];
  const [x0, y0] = [left + halfWidth, top + halfHeight];
  const radii: number[] = [];
  for (const { line, first, end } of rows) {
    for (const x of [first, end]) radii.push(Math.hypot((x - x0) / halfWidth, (line + 0.5 - y0) / halfHeight));
  }
  for (const { line, first, end } of columns) {
    for (const y of [first, end]) radii.push(Math.hypot((line + 0.5 - x0) / halfWidth, (y - y0) / halfHeight));
  }
  const on = radii.filter((radius) => Math.abs(radius - 1) < OVAL_NEAR).length;
  const beyond = radii.filter((radius) => radius > 1 + OVAL_NEAR).length;
  if (on < OVAL_SHARE * radii.length || beyond > BEYOND_SHARE * radii.length) return null;
  return halfWidth * halfHeight * Math.PI < LEAST_AREA * size.width * size.height
    ? null
    : { shape: "oval", left, top, right, bottom };
}

/** Whether there is a picture in a window, and not a field of one colour. */
function isWindow({ width, height, planes }: PlanarImage, { left, top, right, bottom }: Window): boolean {
  if ((right - left) * (bottom - top) < LEAST_AREA * width * height) return false;
  const [L] = planes;
  let sum = 0;
  for (let y = top; y < bottom - 1; y++) {
    for (let x = left; x < right - 1; x++) {
      const i = y * width + x;
      sum += Math.abs(L[i + 1]! - L[i]!) + Math.abs(L[i + width]! - L[i]!);
    }
  }
  return sum / (2 * (right - left) * (bottom - top)) > LIVELY;
}
