/**
 * IP-Adapter (Ye et al. 2023): a picture as a prompt. A small network makes tokens of what CLIP's vision tower sees, and in
 * each cross-attention of the UNet keys and values of their own stand beside those of the text:
 *
 *     Attention(Q, K_text, V_text) + scale · Attention(Q, K_image, V_image)      (section 3.2.2, equation 5)
 *
 * Names are those of the publisher's files: `image_proj.*`, and `ip_adapter.N.*` for the N-th attention of the UNet.
 */
import { op, type Value } from "../src/onnx/index.ts";
import type { TensorSource } from "../src/onnx/files/tensor-source.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { layerNorm, linear } from "./layers.ts";
import { type AttendPixels, attendPixels } from "./spatial-transformer.ts";
import type { UNetConfig } from "./unet.ts";

/** What an adapter's file says of itself by the shapes of its tensors. */
export interface IpAdapterConfig {
  /** `plain`: from the vector of the whole picture; `plus`: from the states of all patches, by a resampler. */
  readonly kind: "plain" | "plus";
  /** Tokens that a picture becomes. */
  readonly tokens: number;
  /** Width of those tokens: that of the UNet's texts. */
  readonly contextWidth: number;
  /** Width of what the tower gives. */
  readonly inputs: number;
  /** Of the resampler; 0 in a plain one. */
  readonly width: number;
  readonly layers: number;
}

/** Plain adapters do not store it: their projection is of one piece. */
const PLAIN_TOKENS = 4;
const HEAD_WIDTH = 64;
const EPSILON = 1e-5;

/** @returns `null` for a file of another kind: none of an image adapter, or of one for faces */
export function ipAdapterConfig(source: TensorSource): IpAdapterConfig | null {
  const shape = (name: string): readonly number[] | undefined =>
    source.find(`image_proj.${name}`)?.shape as readonly number[] | undefined;
  const plain = shape("proj.weight");
  if (plain?.length === 2 && shape("norm.weight")) {
    const [outputs, inputs] = plain as [number, number];
    return {
      kind: "plain",
      tokens: PLAIN_TOKENS,
      contextWidth: outputs / PLAIN_TOKENS,
      inputs,
      width: 0,
      layers: 0,
    };
  }
  const [latents, first, last] = [shape("latents"), shape("proj_in.weight"), shape("proj_out.weight")];
  if (latents?.length !== 3 || first?.length !== 2 || last?.length !== 2) return null;
  let layers = 0;
  while (shape(`layers.${layers}.0.to_q.weight`)) layers++;
  return {
    kind: "plus",
    tokens: latents[1]!,
    width: latents[2]!,
    inputs: first[1]!,
    contextWidth: last[0]!,
    layers,
  };
}

/**
 * The tokens of a picture, [N, tokens, contextWidth].
 *
 * @param seen what the tower gives: its vector [N, inputs], or its states [N, patches + 1, inputs] (`clipVisionStates`, -2)
 */
export function imageTokens(weights: Weights, config: IpAdapterConfig, seen: Value): Value {
  const w = weights.scope("image_proj");
  return config.kind === "plain" ? tokensOfVector(w, config, seen) : resampled(w, config, seen);
}

/** [N, inputs] -> [N, tokens, contextWidth] */
export const tokensOfVector = block(
  (w: Weights, { tokens, contextWidth }: Pick<IpAdapterConfig, "tokens" | "contextWidth">, vector: Value): Value => {
    const outputs = linear(w.scope("proj"), vector, tokens * contextWidth);
    return layerNorm(w.scope("norm"), op.reshape(outputs, [vector.shape[0]!, tokens, contextWidth]), EPSILON);
  },
);

/** Learned queries that look at the patches and at each other, layer by layer (Perceiver; Jaegle et al. 2021). */
const resampled = block((w: Weights, config: IpAdapterConfig, states: Value): Value => {
  const { tokens, width, contextWidth, layers } = config;
  const n = states.shape[0] as number;
  const seen = linear(w.scope("proj_in"), states, width);
  let x = op.expand(w.tensor("latents", [1, tokens, width]), [n, tokens, width]);
  for (let i = 0; i < layers; i++) x = resamplerLayer(w.scope(`layers.${i}`), seen, x);
  return layerNorm(w.scope("norm_out"), linear(w.scope("proj_out"), x, contextWidth), EPSILON);
});

const resamplerLayer = block((w: Weights, seen: Value, latents: Value): Value => {
  const width = latents.shape[2] as number;
  const attention = w.scope("0");
  const queries = layerNorm(attention.scope("norm2"), latents, EPSILON);
  const source = op.concat([layerNorm(attention.scope("norm1"), seen, EPSILON), queries], 1);
  const inner = attention.shapeOf("to_q.weight")![0] as number;
  const half = (start: number): Value =>
    linear(attention.scope("to_kv"), source, inner, { rows: { start, total: 2 * inner } });
  const query = linear(attention.scope("to_q"), queries, inner);
  const mixed = op.attention(query, half(0), half(inner), { heads: inner / HEAD_WIDTH });
  const x = op.add(linear(attention.scope("to_out"), mixed, width), latents);
  const perceptron = w.scope("1");
  const hidden = linear(perceptron.scope("1"), layerNorm(perceptron.scope("0"), x, EPSILON), 4 * width);
  return op.add(linear(perceptron.scope("3"), op.gelu(hidden), width), x);
});

/** How much the image counts in the cross-attention of a place, by its path (`up_blocks.1.attentions.0…`); 0: not at all. */
export type ImageScale = (path: string) => number;

/** Attention over the text with the image beside it. @param image its tokens, [N, tokens, contextWidth] */
export function attendingImage(weights: Weights, config: UNetConfig, image: Value, scaleOf: ImageScale): AttendPixels {
  const numbers = attentionNumbers(config);
  return (place) => {
    const text = attendPixels(place);
    const scale = scaleOf(place.path);
    const number = numbers.get(place.path);
    if (scale === 0 || number === undefined) return text;
    const width = place.query.shape[2] as number;
    const w = weights.scope(`ip_adapter.${number}`);
    // Not by `linear`: what rounds the UNet to 8 bits knows nothing of this file.
    const project = (name: string): Value => {
      const [n, tokens, inputs] = image.shape as [number, number, number];
      const rows = op.reshape(image, [n * tokens, inputs]);
      const product = op.gemm(rows, w.tensor(`${name}.weight`, [width, inputs]), null, { transB: true });
      return op.reshape(product, [n, tokens, width]);
    };
    const seen = attendPixels({ ...place, key: project("to_k_ip"), value: project("to_v_ip") });
    return op.add(text, op.scale(seen, scale));
  };
}

/** The numbers that files give to the cross-attentions: both kinds are counted, down, then up, then in the middle. */
function attentionNumbers(config: UNetConfig): ReadonlyMap<string, number> {
  const paths: string[] = [];
  const add = (block: string, attentions: number): void => {
    for (let i = 0; i < attentions; i++)
      for (let layer = 0; layer < config.transformerLayers; layer++)
        paths.push(`${block}.attentions.${i}.transformer_blocks.${layer}.attn2`);
  };
  for (const [level, has] of config.downAttention.entries()) add(`down_blocks.${level}`, has ? config.layers : 0);
  for (const [level, has] of config.upAttention.entries()) add(`up_blocks.${level}`, has ? config.layers + 1 : 0);
  add("mid_block", 1);
  return new Map(paths.map((path, i) => [path, 2 * i + 1]));
}
