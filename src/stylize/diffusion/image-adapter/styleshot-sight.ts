/** How StyleShot looks at a picture: a square from its middle, cut into patches of three sizes. */
import type { ClipVisionConfig } from "../../../../models/clip-vision.ts";
import { STYLE_PATCHES, type StyleShotConfig, styleTokens, styleVectors } from "../../../../models/styleshot.ts";
import { BILINEAR, resizeAsPillow } from "../../../images/pillow-resize.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import type { Floats } from "../../../onnx/index.ts";
import { LOOKS, type Sight } from "./sight.ts";

/** Side of the square, pixels. */
const SIDE = 512;

export function styleShotSight(config: StyleShotConfig, tower: ClipVisionConfig): Sight {
  const vectors = STYLE_PATCHES.length;
  return {
    at: (picture) => ({
      key: LOOKS.picture,
      inputs: stylePatches(picture),
      tokens: (weights, patches) =>
        styleTokens(weights("adapter"), config, styleVectors(weights("tower"), tower, patches)),
    }),
    nothing: () => ({
      key: LOOKS.nothing,
      inputs: [{ data: new Float32Array(vectors * config.inputs), shape: [1, vectors, config.inputs] }],
      tokens: (weights, [zeros]) => styleTokens(weights("adapter"), config, zeros!),
    }),
  };
}

/**
 * Patches of each size, [count, 3, side, side] from -1 to 1. A square falls into four, of which each falls into four again: of
 * those the two on one diagonal are patches, the two on the other fall into four once more, and so on. The encoder was
 * trained on patches in any order, so theirs is that of the cuts: the same picture gives the same tokens.
 */
export function stylePatches(picture: RgbImage): Floats[] {
  const square = middleSquare(picture);
  let places: Place[] = quartered({ left: 0, top: 0, side: SIDE });
  return STYLE_PATCHES.map(({ side, count }) => {
    const kept: Place[] = [];
    const further: Place[] = [];
    for (const place of places) {
      const [topLeft, bottomLeft, topRight, bottomRight] = quartered(place);
      kept.push(topLeft!, bottomRight!);
      further.push(bottomLeft!, topRight!);
    }
    places = further;
    const data = new Float32Array(count * 3 * side * side);
    for (const [i, { left, top }] of kept.entries())
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++)
            data[((i * 3 + c) * side + y) * side + x] = square.data[((top + y) * SIDE + left + x) * 3 + c]! / 127.5 - 1;
    return { data, shape: [count, 3, side, side] };
  });
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Column by column. */
function quartered({ left, top, side: whole }: Place): Place[] {
  const side = whole / 2;
  return [0, side].flatMap((x) => [0, side].map((y) => ({ left: left + x, top: top + y, side })));
}

/** The short side to `SIDE`, as Pillow resizes, and the middle of the long one. */
function middleSquare(picture: RgbImage): RgbImage {
  const short = Math.min(picture.width, picture.height);
  const scaled = (length: number): number => Math.floor((SIDE * length) / short);
  const { width, height, data } = resizeAsPillow(picture, scaled(picture.width), scaled(picture.height), BILINEAR);
  const [left, top] = [halfToEven(width - SIDE), halfToEven(height - SIDE)];
  const square = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    const start = ((top + y) * width + left) * 3;
    square.set(data.subarray(start, start + SIDE * 3), y * SIDE * 3);
  }
  return { width: SIDE, height: SIDE, data: square };
}

/** Half of a whole number, halves to the even neighbour: how the reference finds the middle. */
function halfToEven(length: number): number {
  const half = Math.floor(length / 2);
  return length % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
