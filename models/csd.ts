/**
 * CSD (Somepalli et al. 2024): CLIP's vision tower, trained on until pictures of one style lie close together, whatever they
 * show. The tower is named as OpenAI named it (`backbone.transformer.resblocks.N`), with one matrix for queries, keys and
 * values; the heads are `last_layer_style` and one for contents, which is not used.
 */
import type { ExternalTensor } from "../src/onnx/graph.ts";
import { op, type Value } from "../src/onnx/index.ts";
import { checkpointError, renamed, type TensorSource } from "../src/onnx/files/tensor-source.ts";
import { Weights } from "../src/onnx/weights.ts";
import { ofUnitLength } from "./clip.ts";
import { clipPooled, type ClipVisionConfig } from "./clip-vision.ts";

/** Of OpenAI's towers. */
const HEAD_WIDTH = 64;
const TOWER = "backbone";
const STYLE = "last_layer_style";

/** How the tower is built, from the shapes of its weights. @throws EngineError where it is no such tower */
export function csdConfig(source: TensorSource): ClipVisionConfig {
  const [width, , patchSize] = shapeOf(source, `${TOWER}.conv1.weight`, 4);
  const [positions] = shapeOf(source, `${TOWER}.positional_embedding`, 2);
  const [innerWidth] = shapeOf(source, `${TOWER}.transformer.resblocks.0.mlp.c_fc.weight`, 2);
  const [, projectionWidth] = shapeOf(source, STYLE, 2);
  const layers = source.names.filter((name) => /\.resblocks\.\d+\.ln_1\.weight$/.test(name)).length;
  return {
    width: width!,
    innerWidth: innerWidth!,
    layers,
    heads: width! / HEAD_WIDTH,
    imageSize: patchSize! * Math.sqrt(positions! - 1),
    patchSize: patchSize!,
    projectionWidth: projectionWidth!,
    activation: "quick_gelu",
    epsilon: 1e-5,
  };
}

/** Of length 1: [N, projectionWidth]. @param pixels [N, 3, imageSize, imageSize], normalised for CLIP */
export function csdStyleDirection(weights: Weights, source: TensorSource, pixels: Value): Value {
  const config = csdConfig(source);
  const tower = new Weights(weights.graph, towerNames(source, config.width), weights.dtype);
  const head = weights.tensor(STYLE, [config.width, config.projectionWidth]);
  return ofUnitLength(op.gemm(clipPooled(tower, config, pixels), head));
}

function shapeOf(source: TensorSource, name: string, axes: number): number[] {
  const shape = source.find(name)?.shape as number[] | undefined;
  if (shape?.length === axes) return shape;
  throw checkpointError(source.label, `${name} is missing or has not ${axes} axes: this is no CSD`);
}

const TOP: Readonly<Record<string, string>> = {
  "embeddings.patch_embedding.weight": "conv1.weight",
  "embeddings.class_embedding": "class_embedding",
  "embeddings.position_embedding.weight": "positional_embedding",
  pre_layrnorm: "ln_pre",
  post_layernorm: "ln_post",
};
const LAYER: Readonly<Record<string, string>> = {
  layer_norm1: "ln_1",
  layer_norm2: "ln_2",
  "self_attn.out_proj": "attn.out_proj",
  "mlp.fc1": "mlp.c_fc",
  "mlp.fc2": "mlp.c_proj",
};
/** Their order in the one matrix. */
const PACKED = ["q_proj", "k_proj", "v_proj"];

/** The tower by transformers' names; queries, keys and values are rows of the one matrix. */
function towerNames(source: TensorSource, width: number): TensorSource {
  const plain = renamed(source, (name) => `${TOWER}.${openAiName(name)}`);
  return {
    ...plain,
    find(name, wanted) {
      const [, layer, part, kind] = /^encoder\.layers\.(\d+)\.self_attn\.([qkv]_proj)\.(weight|bias)$/.exec(name) ?? [];
      if (part === undefined) return plain.find(name, wanted);
      const whole = source.find(`${TOWER}.transformer.resblocks.${layer}.attn.in_proj_${kind}`);
      return whole && partOf(whole, PACKED.indexOf(part), width);
    },
  };
}

function partOf(whole: ExternalTensor, at: number, width: number): ExternalTensor {
  const byteLength = whole.byteLength / PACKED.length;
  const shape = [width, ...whole.shape.slice(1)];
  return { ...whole, shape, offset: whole.offset + at * byteLength, byteLength };
}

function openAiName(name: string): string {
  const [, layer, rest] = /^encoder\.layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  const [table, inside] = rest === undefined ? [TOP, name] : [LAYER, rest];
  const [known] = Object.keys(table).filter((key) => inside === key || inside.startsWith(`${key}.`));
  const own = known === undefined ? inside : table[known]! + inside.slice(known.length);
  return layer === undefined ? own : `transformer.resblocks.${layer}.${own}`;
}
