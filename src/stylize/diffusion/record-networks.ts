/** The networks recorded for their own sake: to ask a source for every weight, not to run. */
import { controlHint, controlNet } from "../../../models/controlnet.ts";
import { hedEdges } from "../../../models/hed.ts";
import { type ClipTextConfig, clipText, tokenEmbeddings } from "../../../models/clip-text.ts";
import { STYLE_TOKENS } from "../../../models/styleshot.ts";
import { skipsOf, unet, type UNetConfig } from "../../../models/unet.ts";
import { type VaeConfig, vaeDecoder, vaeEncoder } from "../../../models/vae.ts";
import { Graph } from "../../onnx/index.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import { Weights } from "../../onnx/weights.ts";

export interface NetworkConfigs {
  readonly text: ClipTextConfig;
  readonly unet: UNetConfig;
  readonly vae: VaeConfig;
}

/** Those of a checkpoint. */
export const configsOf = ({ text, unet, vae }: Checkpoint): NetworkConfigs => ({
  text: text.config,
  unet: unet.config,
  vae: vae.config,
});

type Checkpoint = { readonly [Part in keyof NetworkConfigs]: { readonly config: NetworkConfigs[Part] } };

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
  control: (w: Weights, { unet: config }: NetworkConfigs): void => {
    const { inChannels, channels, contextWidth } = config;
    const inputs = {
      sample: w.graph.input("sample", "float32", [1, inChannels, LATENTS, LATENTS]),
      timestep: w.graph.input("timestep", "float32", [1]),
      context: w.graph.input("context", "float32", [1, STYLE_TOKENS, contextWidth]),
    };
    const hint = w.graph.input("hint", "float32", [1, channels[0]!, LATENTS, LATENTS]);
    const control = controlNet(w.scope("controlnet"), config, inputs, hint);
    for (let skip = 0; skip < skipsOf(config); skip++) control.atSkip(skip);
    control.atMiddle();
  },
  hint: (w: Weights, { unet: config, vae: { downscale } }: NetworkConfigs): void => {
    const pixels = LATENTS * downscale;
    controlHint(w.scope("controlnet"), config, w.graph.input("contours", "float32", [1, 3, pixels, pixels]));
  },
  contours: (w: Weights): void => {
    hedEdges(w, w.graph.input("picture", "float32", [1, 3, LATENTS, LATENTS]));
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
  part: keyof typeof RECORDINGS,
  configs: NetworkConfigs,
  source: TensorSource,
  products: "exact" | "int8" = "exact",
): void {
  RECORDINGS[part](new Weights(new Graph(part, { products }), source, "float32"), configs);
}
