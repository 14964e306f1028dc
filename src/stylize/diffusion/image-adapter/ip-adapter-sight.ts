/** How IP-Adapter looks at a picture: CLIP's tower over the middle of it, the plain kind by its vector, plus by its patches. */
import { clipImageVector, clipVisionStates, type ClipVisionConfig } from "../../../../models/clip-vision.ts";
import { imageTokens, type IpAdapterConfig } from "../../../../models/ip-adapter.ts";
import { CLIP_PIXELS, preprocess } from "../../../images/clip-pixels.ts";
import { type Look, LOOKS, type Sight } from "./sight.ts";

export function ipAdapterSight(config: IpAdapterConfig, tower: ClipVisionConfig): Sight {
  const { imageSize } = tower;
  const atPixels = (data: Float32Array): Look => ({
    key: LOOKS.picture,
    inputs: [{ data, shape: [1, 3, imageSize, imageSize] }],
    tokens: (weights, [pixels]) => {
      const seen =
        config.kind === "plain"
          ? clipImageVector(weights("tower"), tower, pixels!)
          : clipVisionStates(weights("tower"), tower, pixels!, -2);
      return imageTokens(weights("adapter"), config, seen);
    },
  });
  return {
    at: (picture) => atPixels(preprocess(picture, { size: imageSize, ...CLIP_PIXELS }, { pad: false })),
    // To a plain adapter no vector, to the others a picture of zeros.
    nothing: () =>
      config.kind === "plus"
        ? atPixels(new Float32Array(3 * imageSize ** 2))
        : {
            key: LOOKS.nothing,
            inputs: [{ data: new Float32Array(config.inputs), shape: [1, config.inputs] }],
            tokens: (weights, [vector]) => imageTokens(weights("adapter"), config, vector!),
          },
  };
}
