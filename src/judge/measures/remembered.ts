/** What a measure finds out about one picture is kept with it: contents and styles are met many times. */
import type { PlanarImage } from "../../images/plane.ts";

/** `find`, called once for each picture and number as long as the picture lives. */
export function remembered<Found>(
  find: (image: PlanarImage, number: number) => Found,
): (image: PlanarImage, number: number) => Found {
  const found = new WeakMap<PlanarImage, Map<number, Found>>();
  return (image, number) => {
    const own = found.get(image) ?? new Map<number, Found>();
    found.set(image, own);
    if (!own.has(number)) own.set(number, find(image, number));
    return own.get(number)!;
  };
}
