/** The networks recorded for their own sake: to ask a source for every weight, not to run. */
import { type ClipTextConfig, clipText, tokenEmbeddings } from "../../../models/clip-text.ts";
import { unet, type UNetConfig } from "../../../models/unet.ts";
import { type VaeConfig, vaeDecoder, vaeEncoder } from "../../../models/vae.ts";
import { Graph } from "../../onnx/index.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import { Weights } from "../../onnx/weights.ts";

export interface NetworkConfigs {
  readonly text: ClipTextConfig;
  readonly unet: UNetConfig;
  readonly vae: VaeConfig;
}

/** Large enough that no layer sees a single pixel, which would keep it exact where others are rounded. */
const LATENTS = 64;

const RECORDINGS = {
  text: (w: Weights, { text }: NetworkConfigs): void => {
    clipText(w, text, tokenEmbeddings(w, text, w.graph.input("ids", "int64", [1, text.positions])));
  },
  unet: (w: Weights, configs: NetworkConfigs): void => {
    const { inChannels, contextWidth } = configs.unet;
    unet(w, configs.unet, {
      sample: w.graph.input("sample", "float32", [1, inChannels, LATENTS, LATENTS]),
      timestep: w.graph.input("timestep", "float32", [1]),
      context: w.graph.input("context", "float32", [1, configs.text.positions, contextWidth]),
    });
  },
  vae: (w: Weights, { vae }: NetworkConfigs): void => {
    const pixels = LATENTS * vae.downscale;
    vaeEncoder(w, vae, w.graph.input("picture", "float32", [1, 3, pixels, pixels]));
    vaeDecoder(w, vae, w.graph.input("latents", "float32", [1, vae.latentChannels, LATENTS, LATENTS]));
  },
};

/**
 * Asks `source` for every weight of a network.
 *
 * @throws EngineError naming the first tensor that is missing, or has another shape, or holds no real numbers
 */
export function askForWeights(
  part: keyof NetworkConfigs,
  configs: NetworkConfigs,
  source: TensorSource,
  products: "exact" | "int8" = "exact",
): void {
  RECORDINGS[part](new Weights(new Graph(part, { products }), source, "float32"), configs);
}
