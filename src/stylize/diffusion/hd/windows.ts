/**
 * A network over a field that is larger than what it was trained on: window by window. What the windows give is averaged
 * where they overlap (MultiDiffusion, Bar-Tal et al. 2023), and each counts the less the nearer its border is, so that no
 * border shows.
 */
import type { Size } from "../../../images/plane.ts";
import type { Floats } from "../../../onnx/index.ts";
import { cut } from "../tiled-decoder.ts";

/** The windows along one side of a field. */
interface Axis {
  readonly field: number;
  readonly length: number;
  readonly starts: readonly number[];
  /** Over which a window's weight rises from its border; 0: windows lie beside each other. */
  readonly ramp: number;
}

export interface Windows {
  readonly across: Axis;
  readonly down: Axis;
  readonly places: readonly { readonly left: number; readonly top: number }[];
}

/**
 * Windows over a field, evenly spaced and all of one size, so that one session is enough for them.
 *
 * @param side of a window, or the field's where that is shorter
 * @param overlap of neighbours at least
 */
export function windowsOver({ width, height }: Size, side: number, overlap: number): Windows {
  const [across, down] = [axis(width, side, overlap), axis(height, side, overlap)];
  return { across, down, places: down.starts.flatMap((top) => across.starts.map((left) => ({ left, top }))) };
}

function axis(field: number, side: number, overlap: number): Axis {
  const length = Math.min(field, side);
  const count = length === field ? 1 : Math.ceil((field - overlap) / (length - overlap));
  const starts = Array.from({ length: count }, (_, i) => Math.round((i * (field - length)) / Math.max(1, count - 1)));
  const overlaps = starts.slice(1).map((start, i) => starts[i]! + length - start);
  return { field, length, starts, ramp: Math.min(length, ...overlaps) };
}

/**
 * Runs a network over the windows of a field [1, C, H, W].
 *
 * @param run the rows that it gives of a window, each [1, C, h, w]
 * @param scale pixels of the field for one of the rows, in which the windows are measured
 * @returns the rows of the whole field
 */
export async function overWindows(
  field: Floats,
  { across, down, places }: Windows,
  run: (window: Floats) => Promise<readonly Floats[]>,
  scale = 1,
): Promise<readonly Floats[]> {
  const area = across.field * down.field;
  const weights = new Float32Array(area);
  const sums: { readonly data: Float32Array; readonly shape: readonly number[] }[] = [];
  for (const { left, top } of places) {
    const [width, height] = [across.length, down.length];
    const box = { left: left * scale, top: top * scale, width: width * scale, height: height * scale };
    const rows = await run(cut(field, box));
    for (const [i, { shape }] of rows.entries())
      sums[i] ??= { data: new Float32Array(shape[1]! * area), shape: [1, shape[1]!, down.field, across.field] };
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const weight = weightAt(across, left, x) * weightAt(down, top, y);
        const at = (top + y) * across.field + left + x;
        weights[at]! += weight;
        for (const [i, { data, shape }] of rows.entries())
          for (let c = 0; c < shape[1]!; c++)
            sums[i]!.data[c * area + at]! += weight * data[(c * height + y) * width + x]!;
      }
  }
  for (const { data } of sums) for (let i = 0; i < data.length; i++) data[i]! /= weights[i % area]!;
  return sums;
}

/** Of a window that begins at `start`, at its position `at`: half a cosine from its borders, but for the field's own. */
function weightAt({ field, length, ramp }: Axis, start: number, at: number): number {
  const before = start === 0 ? Infinity : at + 0.5;
  const after = start + length === field ? Infinity : length - at - 0.5;
  return Math.sin((Math.PI / 2) * Math.min(1, before / ramp, after / ramp)) ** 2;
}
