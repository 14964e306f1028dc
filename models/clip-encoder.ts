/** The transformer layer of both of CLIP's towers: pre-norm self-attention, then a two-layer perceptron. */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { layerNorm, linear } from "./layers.ts";

export interface ClipEncoderConfig {
  readonly width: number;
  readonly innerWidth: number;
  readonly heads: number;
  readonly activation: "quick_gelu" | "gelu";
  readonly epsilon: number;
}

/** @param mask added to the attention scores; `null` where every position sees every other (pictures) */
export const clipEncoderLayer = block((w: Weights, config: ClipEncoderConfig, x: Value, mask: Value | null): Value => {
  const normal = (name: string, y: Value): Value => layerNorm(w.scope(name), y, config.epsilon);
  const y = op.add(x, selfAttention(w.scope("self_attn"), config, normal("layer_norm1", x), mask));
  return op.add(y, mlp(w.scope("mlp"), config, normal("layer_norm2", y)));
});

const selfAttention = block((w: Weights, { heads, width }: ClipEncoderConfig, x: Value, mask: Value | null): Value => {
  const project = (name: string): Value => linear(w.scope(name), x, width);
  const options = mask ? { heads, bias: mask } : { heads };
  const mixed = op.attention(project("q_proj"), project("k_proj"), project("v_proj"), options);
  return linear(w.scope("out_proj"), mixed, width);
});

const mlp = block((w: Weights, { activation, innerWidth, width }: ClipEncoderConfig, x: Value): Value => {
  const inner = linear(w.scope("fc1"), x, innerWidth);
  return linear(w.scope("fc2"), activation === "gelu" ? op.gelu(inner) : op.quickGelu(inner), width);
});
