/** What Inception sees in pictures, for distances between sets of them. */
import { INCEPTION_SMALLEST, inceptionFeatures } from "../../../models/inception-v3.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { renamed, type TensorSource } from "../../onnx/files/tensor-source.ts";
import type { MeasuringNetwork } from "./measuring-network.ts";
import { bilinearPlanes, planesTensor, unitPlanes } from "./unit-planes.ts";

const FID_SIZE = { width: 299, height: 299 };

/** FID's 2048 numbers of a picture, which is squeezed to a square of 299 px and given from -1 to 1 (`pytorch-fid`). */
export async function fidVector(network: MeasuringNetwork, picture: RgbImage): Promise<Float32Array> {
  const planes = bilinearPlanes(picture, FID_SIZE).map((value) => 2 * value - 1);
  const { vector } = await network.run({
    key: "fid",
    inputs: { pictures: planesTensor(planes, FID_SIZE) },
    build: (w, { pictures }) => ({ vector: inceptionFeatures(w, pictures!, "fid") }),
  });
  return vector!.data;
}

/** ArtFID's 2048 numbers of a picture, which is looked at in its own size, from 0 to 1 (`art-fid`). */
export async function artVector(network: MeasuringNetwork, picture: RgbImage): Promise<Float32Array | null> {
  const { width, height } = picture;
  if (Math.min(width, height) < INCEPTION_SMALLEST) return null;
  const { vector } = await network.run({
    key: `${width}x${height}`,
    inputs: { pictures: planesTensor(unitPlanes(picture), picture) },
    build: (w, { pictures }) => ({ vector: inceptionFeatures(w, pictures!, "torchvision") }),
  });
  return vector!.data;
}

/** Where `pytorch-fid`'s module keeps the parts of the network. */
const BLOCKS = [
  ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3"],
  ["Conv2d_3b_1x1", "Conv2d_4a_3x3"],
  ["Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"],
  ["Mixed_7a", "Mixed_7b", "Mixed_7c"],
];

/** Files have torchvision's names, or those of `pytorch-fid`'s module: `blocks.2.0` for `Mixed_5b`. */
export function inceptionNames(source: TensorSource): TensorSource {
  if (!source.names.some((name) => name.startsWith("blocks."))) return source;
  const places = BLOCKS.flatMap((parts, block) => parts.map((part, i) => [part, `blocks.${block}.${i}`] as const));
  const stored = new Map(places);
  return renamed(source, (name) => name.replace(/^[^.]+/, (part) => stored.get(part) ?? part));
}
