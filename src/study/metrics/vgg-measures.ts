/** What VGG-19 is asked: how near a picture is to its style (Gram), and whether its places are alike as its content's are (CFSD). */
import { CFSD_BLOCK, cfsdPlaces, cfsdRows } from "../../../models/cfsd.ts";
import { gramMatrix, VGG_SMALLEST, vggFeatures } from "../../../models/vgg19.ts";
import { resizeLongSide } from "../../images/resize.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { type Floats, floatsOf, floatTensor, openSession, type Tensor } from "../../onnx/index.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import type { MeasuringNetwork } from "./measuring-network.ts";
import { planesTensor, unitPlanes } from "./unit-planes.ts";

/** Larger pictures are shrunk to it, pixels of the long side: what CFSD takes grows with its fourth power. */
const LARGEST = 512;
/** Places whose likenesses are held at once: 64 MB at 512 pixels. */
const ROWS = 128;

/** What VGG-19 sees in a picture. */
export interface VggSight {
  /** A matrix for each block. */
  readonly grams: readonly Float32Array[];
  /** [places, channels] */
  readonly places: Floats;
}

/** `null` of a picture that is too small for it. */
export async function vggSight(network: MeasuringNetwork, picture: RgbImage): Promise<VggSight | null> {
  const isLarge = Math.max(picture.width, picture.height) > LARGEST;
  const image = isLarge ? await resizeLongSide(picture, LARGEST) : picture;
  const { width, height } = image;
  if (Math.min(width, height) < VGG_SMALLEST) return null;
  const outputs = await network.run({
    key: `${width}x${height}`,
    inputs: { rgb: planesTensor(unitPlanes(image), image) },
    build: (w, { rgb }) => {
      const features = vggFeatures(w, rgb!);
      const grams = features.map((each, i) => [`gram${i}`, gramMatrix(each)] as const);
      return { ...Object.fromEntries(grams), places: cfsdPlaces(features[CFSD_BLOCK - 1]!) };
    },
  });
  const { places, ...grams } = outputs;
  const inOrder = Object.keys(grams).sort();
  return { grams: inOrder.map((name) => grams[name]!.data), places: places! };
}

/** Sum over five layers of the squared distance of the Gram matrices (Gatys et al. 2016): 0 for the same style. */
export function gramDistance(one: VggSight["grams"], other: VggSight["grams"]): number {
  let sum = 0;
  for (const [layer, gram] of one.entries())
    for (const [i, value] of gram.entries()) sum += (value - other[layer]![i]!) ** 2;
  return sum;
}

/** CFSD of two pictures of one size: 0 where each place is as like and unlike the others as in the content. */
export async function structureDistance(result: VggSight, content: VggSight, sessions: SessionPool): Promise<number> {
  const [places, channels] = result.places.shape as [number, number];
  let sum = 0;
  for (let start = 0; start < places; start += ROWS) {
    const count = Math.min(ROWS, places - start);
    const rowsIn = ({ data }: Floats): Tensor =>
      floatTensor("float32", {
        data: data.subarray(start * channels, (start + count) * channels),
        shape: [count, channels],
      });
    const recipe = () => ({ bytes: 0, open: () => openSession(cfsdRows(places, channels, count)) });
    sum += await sessions.use(`cfsd ${places}x${channels} ${count}`, recipe, async (session) => {
      const { first, second } = await session.run({
        result: floatTensor("float32", result.places),
        content: floatTensor("float32", content.places),
        resultRows: rowsIn(result.places),
        contentRows: rowsIn(content.places),
      });
      const grown = floatsOf(second!).data;
      return floatsOf(first!).data.reduce((total, value, i) => total + value - Math.log1p(grown[i]!), 0);
    });
  }
  return sum;
}
