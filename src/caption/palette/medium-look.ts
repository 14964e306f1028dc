/** How a small trained network's filters answer to a picture: it tells media by what measures do not see. */
import {
  LOOK_NUMBERS,
  readArbitraryStylizationWeights,
  STYLE_SIDE,
  styleLookNetwork,
} from "../../../models/arbitrary-stylization.ts";
import { oklabToRgb } from "../../images/oklab.ts";
import { resizePlanar, type PlanarImage } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { floatsOf, floatTensor, openSession } from "../../onnx/index.ts";
import type { SessionPool, SessionRecipe } from "../../onnx/session-pool.ts";

const LOOK = "style look";
/** Measured: the growth of the process while it is open. */
const LOOK_BYTES = 30e6;

/** Where the tiles lie, in shares of what is left beside them; near the corners, but no edge of the sheet. */
const PLACES = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.1, 0.9],
  [0.9, 0.9],
] as const;

/**
 * The mean over four tiles of `STYLE_SIDE` pixels: 0.07 s on one quiet core.
 *
 * @param picture OKLab, long side `MEDIUM_SIZE`; a shorter short side than a tile is enlarged
 * @returns `LOOK_NUMBERS`; `null` where the network cannot be opened: the measures then stand alone
 */
export async function lookAt(picture: PlanarImage, sessions: SessionPool): Promise<Float64Array | null> {
  const rgb = oklabToRgb(resizePlanar(picture, atLeastATile(picture)));
  try {
    return await sessions.use(LOOK, recipe, async (session) => {
      const sum = new Float64Array(LOOK_NUMBERS);
      for (const place of PLACES) {
        const style = floatTensor("float32", { data: tileOf(rgb, place), shape: [1, 3, STYLE_SIDE, STYLE_SIDE] });
        const { data } = floatsOf(await session.runOne({ style }));
        for (let i = 0; i < sum.length; i++) sum[i]! += data[i]! / PLACES.length;
      }
      return sum;
    });
  } catch {
    return null;
  }
}

const recipe = (): SessionRecipe => ({
  bytes: LOOK_BYTES,
  // One thread: results depend on no number of threads
  open: async () =>
    openSession(styleLookNetwork(await readArbitraryStylizationWeights()), {
      threads: 1,
      prepack: true,
      arena: false,
    }),
});

function atLeastATile({ width, height }: PlanarImage): { width: number; height: number } {
  const scale = Math.max(1, STYLE_SIDE / Math.min(width, height));
  const side = (length: number): number => Math.max(STYLE_SIDE, Math.round(length * scale));
  return { width: side(width), height: side(height) };
}

/** Interleaved bytes as channels from 0 to 1. */
function tileOf({ width, height, data }: RgbImage, [u, v]: readonly [number, number]): Float32Array {
  const left = Math.round(u * (width - STYLE_SIDE));
  const top = Math.round(v * (height - STYLE_SIDE));
  const plane = STYLE_SIDE * STYLE_SIDE;
  const channels = new Float32Array(3 * plane);
  for (let y = 0, i = 0; y < STYLE_SIDE; y++)
    for (let x = 0, at = 3 * ((top + y) * width + left); x < STYLE_SIDE; x++, i++)
      for (let c = 0; c < 3; c++) channels[c * plane + i] = data[at++]! / 255;
  return channels;
}
