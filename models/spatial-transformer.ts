/** The transformer of the UNet: pixels attend to each other, then to the text (`Transformer2DModel` in diffusers). */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d, groupNorm, layerNorm, linear, toPicture, toSequence } from "./layers.ts";

/** Attention of the pixels of one place in the UNet: among each other (attn1), or over the text (attn2). */
interface PixelAttention {
  /** Key path of the place: `up_blocks.1.attentions.0.transformer_blocks.0.attn1`. */
  readonly path: string;
  /** [N, H · W, C] each; over the text keys and values are [N, tokens, C]. */
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly heads: number;
}

/** Computes the attention of one place, [N, H · W, C]: where features of another picture can be mixed in. */
export type AttendPixels = (place: PixelAttention) => Value;

export const attendPixels: AttendPixels = ({ query, key, value, heads }) => op.attention(query, key, value, { heads });

/**
 * Gives what the text adds to the pixels of one place, [N, H · W, C]: by `compute`, or from elsewhere.
 *
 * @param path key path of the place: `up_blocks.1.attentions.0.transformer_blocks.0.attn2`
 * @param pixels what asks, [N, H · W, C]
 */
export type TakeText = (path: string, pixels: Value, compute: () => Value) => Value;

export const takeFreshText: TakeText = (_path, _pixels, compute) => compute();

export interface TransformerOptions {
  readonly heads: number;
  readonly layers: number;
  readonly groups: number;
  /** Projections around the transformer are linear layers on the sequence, not 1 x 1 convolutions on the picture. */
  readonly linearProjection: boolean;
  readonly attend: AttendPixels;
  readonly attendText: AttendPixels;
  readonly takeText: TakeText;
}

const GROUP_NORM_EPSILON = 1e-6;
const LAYER_NORM_EPSILON = 1e-5;

/** x [N, C, H, W] with the text context [N, tokens, D] -> [N, C, H, W] */
export const spatialTransformer = block((w: Weights, x: Value, context: Value, options: TransformerOptions): Value => {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  let y = groupNorm(w.scope("norm"), x, options.groups, GROUP_NORM_EPSILON);
  y = options.linearProjection
    ? linear(w.scope("proj_in"), toSequence(y), channels)
    : toSequence(conv2d(w.scope("proj_in"), y, channels, 1));
  for (let i = 0; i < options.layers; i++)
    y = transformerBlock(w.scope(`transformer_blocks.${i}`), y, context, options);
  y = options.linearProjection
    ? toPicture(linear(w.scope("proj_out"), y, channels), height, width)
    : conv2d(w.scope("proj_out"), toPicture(y, height, width), channels, 1);
  return op.add(y, x);
});

/** Pixels attend to each other (attn1), then to the text (attn2): [N, H · W, C] -> [N, H · W, C], normalised before each. */
const transformerBlock = block((w: Weights, x: Value, context: Value, options: TransformerOptions): Value => {
  const { heads, attend, attendText, takeText } = options;
  const normal = (name: string, y: Value): Value => layerNorm(w.scope(name), y, LAYER_NORM_EPSILON);
  const pixels = normal("norm1", x);
  const y = op.add(attention(w.scope("attn1"), pixels, pixels, heads, attend), x);
  const attn2 = w.scope("attn2");
  const text = takeText(attn2.path, y, () => attention(attn2, normal("norm2", y), context, heads, attendText));
  const z = op.add(text, y);
  return op.add(feedForward(w.scope("ff"), normal("norm3", z)), z);
});

const PROJECTIONS = ["to_q", "to_k", "to_v"] as const;

/** Queries of x [N, H · W, C] over keys and values of `source` [N, length, D]: itself, or the text. */
const attention = block((w: Weights, x: Value, source: Value, heads: number, attend: AttendPixels): Value => {
  const width = x.shape[2] as number;
  const isPlain = !w.has("to_q.bias") && !PROJECTIONS.some((name) => w.isUpdated(`${name}.weight`));
  const isPacked = w.graph.fusions.has("packed-attention") && isPlain;
  if (isPacked && source === x && attend === attendPixels)
    return linear(w.scope("to_out.0"), op.packedAttention(packedProduct(w, x, heads)), width);
  const query = linear(w.scope("to_q"), x, width);
  const key = linear(w.scope("to_k"), source, width);
  const value = linear(w.scope("to_v"), source, width);
  return linear(w.scope("to_out.0"), attend({ path: w.path, query, key, value, heads }), width);
});

/** Queries, keys and values of x [N, length, C] by one product: [N, length, heads, 3, C / heads]. */
function packedProduct(w: Weights, x: Value, heads: number): Value {
  const [n, length, width] = x.shape as [number, number, number];
  const ofHeads = PROJECTIONS.map((name) =>
    op.reshape(w.tensor(`${name}.weight`, [width, width]), [heads, 1, width / heads, width]),
  );
  const weight = op.reshape(op.concat(ofHeads, 1), [3 * width, width]);
  const product = op.gemm(op.reshape(x, [n * length, width]), weight, null, { transB: true });
  return op.reshape(product, [n, length, heads, 3, width / heads]);
}

/** GEGLU (Shazeer 2020): one stored layer whose second half gates the first. */
const feedForward = block((w: Weights, x: Value): Value => {
  const width = x.shape[2] as number;
  const inner = 4 * width;
  if (op.hasFusedGeglu(w.graph, 2 * inner)) {
    const both = w.scope("net.0.proj");
    const y = op.geglu(linear(both, x, 2 * inner, { bias: false }), both.tensor("bias", [2 * inner]));
    return linear(w.scope("net.2"), y, width);
  }
  const half = (start: number): Value => linear(w.scope("net.0.proj"), x, inner, { rows: { start, total: 2 * inner } });
  return linear(w.scope("net.2"), op.mul(half(0), op.gelu(half(inner))), width);
});
