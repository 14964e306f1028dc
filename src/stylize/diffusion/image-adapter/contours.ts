/** The content's contours as StyleShot's content-fusion encoder was trained on them: edges cut hard, and widened by a pixel. */
import type { Floats } from "../../../onnx/index.ts";

/** An edge is whatever is above it, in whole numbers of 255. */
const THRESHOLD = 200;
const CHANNELS = 3;

/** White lines on black, 0 or 1, in three equal channels: [1, 3, H, W]. @param edges how sure each is, [1, 1, H, W] */
export function contoursOf({ data, shape }: Floats): Floats {
  const [, , height, width] = shape as [number, number, number, number];
  const plane = new Float32Array(height * width);
  for (const [i, edge] of data.entries()) {
    if (Math.floor(255 * edge) <= THRESHOLD) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++)
      plane.fill(1, y * width + Math.max(0, column - 1), y * width + Math.min(width, column + 2));
  }
  const lines = new Float32Array(CHANNELS * plane.length);
  for (let c = 0; c < CHANNELS; c++) lines.set(plane, c * plane.length);
  return { data: lines, shape: [1, CHANNELS, height, width] };
}
