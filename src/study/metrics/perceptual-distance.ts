/** LPIPS of pictures, in their own size. */
import { lpips, LPIPS_SMALLEST } from "../../../models/lpips.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import type { Tensor } from "../../onnx/index.ts";
import type { MeasuringNetwork } from "./measuring-network.ts";
import { planesTensor, unitPlanes } from "./unit-planes.ts";

/** How different two pictures of one size look: 0 for the same, about 0.7 for two that have nothing in common. */
export async function perceptualDistance(network: MeasuringNetwork, a: RgbImage, b: RgbImage): Promise<number | null> {
  if (Math.min(a.width, a.height) < LPIPS_SMALLEST) return null;
  const { distance } = await network.run({
    key: `${a.width}x${a.height}`,
    inputs: { a: signed(a), b: signed(b) },
    build: (w, { a: one, b: other }) => ({ distance: lpips(w, one!, other!) }),
  });
  return distance!.data[0]!;
}

const signed = (image: RgbImage): Tensor =>
  planesTensor(
    unitPlanes(image).map((value) => 2 * value - 1),
    image,
  );
