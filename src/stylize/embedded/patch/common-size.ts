/** Pictures of several shapes on sheets of one size, from the top left corner. */
import { mapPlanes, type Plane, type PlanarImage, type Size } from "../../../images/plane.ts";

/** The smallest sheet that takes all of them. */
export const commonSize = (sizes: readonly Size[]): Size => ({
  width: Math.max(...sizes.map(({ width }) => width)),
  height: Math.max(...sizes.map(({ height }) => height)),
});

/** A plane on a sheet; beside it its border repeats, or lies `beside`. */
export function planeOnSheet(plane: Plane, from: Size, sheet: Size, beside?: number): Plane {
  if (from.width === sheet.width && from.height === sheet.height) return plane;
  const out = new Float32Array(sheet.width * sheet.height);
  for (let y = 0; y < sheet.height; y++) {
    const row = Math.min(y, from.height - 1) * from.width;
    const isBelow = y >= from.height;
    for (let x = 0; x < sheet.width; x++) {
      const value = plane[row + Math.min(x, from.width - 1)]!;
      out[y * sheet.width + x] = isBelow || x >= from.width ? (beside ?? value) : value;
    }
  }
  return out;
}

/** A picture likewise. */
export const imageOnSheet = (image: PlanarImage, sheet: Size): PlanarImage =>
  mapPlanes(image, (plane) => planeOnSheet(plane, image, sheet), sheet);
