/**
 * StyleShot's style-aware encoder (Gao et al. 2024, section 3.2): patches of a style picture in three sizes, each seen by a
 * convolutional network of its own, go through the transformer of CLIP's vision tower, each size led by a learned token.
 * What has become of these three tokens are vectors of the style, fine to coarse, which a projection each turns into
 * tokens for the UNet's cross-attentions, as IP-Adapter's are (section 3.3).
 *
 * Names are those of the publisher's files: `cnn.N`, `style_embeddings.N`, `position_embedding`, `image_encoder` in the
 * encoder's, `style_image_proj_modules.N` and `adapter_modules.N` in the other.
 */
import { op, type Value } from "../src/onnx/index.ts";
import type { TensorSource } from "../src/onnx/files/tensor-source.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { clipVisionLayers, type ClipVisionConfig } from "./clip-vision.ts";
import { tokensOfVector } from "./ip-adapter.ts";
import { conv2d, layerNorm, linear } from "./layers.ts";

/** Sides of the patches in pixels, and how many there are, by the networks that see them. */
export const STYLE_PATCHES = [
  { side: 128, count: 8 },
  { side: 64, count: 16 },
  { side: 32, count: 32 },
] as const;
/** All patches, and a token before those of each size. */
export const STYLE_POSITIONS = STYLE_PATCHES.reduce((sum, { count }) => sum + 1 + count, 0);
const TOKENS_EACH = 2;
/** Tokens that a picture becomes. */
export const STYLE_TOKENS = TOKENS_EACH * STYLE_PATCHES.length;
/** Pixels of a patch are folded into one, so many each way. */
const FOLD = 8;

/** What the file with the projections says of itself by the shapes of its tensors. */
export interface StyleShotConfig {
  readonly kind: "styleshot";
  /** Tokens that a picture becomes. */
  readonly tokens: number;
  /** Width of those tokens: that of the UNet's texts. */
  readonly contextWidth: number;
  /** Width of a vector of the style. */
  readonly inputs: number;
}

/** @returns `null` for a file of another kind */
export function styleShotConfig(source: TensorSource): StyleShotConfig | null {
  const shapes = STYLE_PATCHES.map((_, i) => source.find(`${projectionOf(i)}.proj.weight`)?.shape);
  const [outputs, inputs] = (shapes[0] ?? []) as readonly number[];
  if (outputs === undefined || inputs === undefined || shapes.includes(undefined)) return null;
  return { kind: "styleshot", tokens: STYLE_TOKENS, contextWidth: outputs / TOKENS_EACH, inputs };
}

/** Stored names of what IP-Adapter's files call `ip_adapter.N`: it is laid over the same attentions. */
export const styleShotName = (name: string): string => name.replace(/^ip_adapter\./, "adapter_modules.");

const projectionOf = (i: number): string => `style_image_proj_modules.${i}`;

/**
 * Vectors of a style, fine to coarse: [1, 3, projectionWidth].
 *
 * @param patches of each size [count, 3, side, side], from -1 to 1
 */
export function styleVectors(weights: Weights, config: ClipVisionConfig, patches: readonly Value[]): Value {
  const { width, epsilon, projectionWidth } = config;
  const parts = patches.map((pixels, i) => {
    const token = op.reshape(weights.scope("style_embeddings").tensor(String(i), [width]), [1, 1, width]);
    const seen = patchVectors(weights.scope(`cnn.${i}`), pixels, width);
    return op.concat([token, op.reshape(seen, [1, pixels.shape[0]!, width])], 1);
  });
  const positions = weights.scope("position_embedding").tensor("weight", [STYLE_POSITIONS, width]);
  const tower = weights.scope("image_encoder");
  const vision = tower.scope("vision_model");
  const states = clipVisionLayers(vision, config, op.add(op.concat(parts, 1), positions), config.layers);
  let at = 0;
  const leading = parts.map((part) => {
    const token = op.slice(states, 1, at, at + 1);
    at += part.shape[1] as number;
    return token;
  });
  const pooled = layerNorm(vision.scope("post_layernorm"), op.concat(leading, 1), epsilon);
  return linear(tower.scope("visual_projection"), pooled, projectionWidth);
}

/** The tokens of a style, [1, tokens, contextWidth]. @param vectors [1, 3, inputs]; of zeros for no style */
export function styleTokens(weights: Weights, { contextWidth, inputs }: StyleShotConfig, vectors: Value): Value {
  const each = STYLE_PATCHES.map((_, i) =>
    tokensOfVector(
      weights.scope(projectionOf(i)),
      { tokens: TOKENS_EACH, contextWidth },
      op.reshape(op.slice(vectors, 1, i, i + 1), [1, inputs]),
    ),
  );
  return op.concat(each, 1);
}

/** One vector of each patch: [n, 3, side, side] -> [n, width]. The larger the patch, the more often it is halved. */
const patchVectors = block((w: Weights, pixels: Value, width: number): Value => {
  let x = folded(pixels);
  x = conv2d(w.scope("conv_in"), x, w.shapeOf("conv_in.weight")![0] as number, 3);
  let blocks = 0;
  while (w.has(`body.${blocks}.block1.weight`)) blocks++;
  // All but the first two and the last halve what they are given.
  for (let i = 0; i < blocks; i++) x = residual(w.scope(`body.${i}`), x, i >= 2 && i < blocks - 1);
  const pooled = op.averagePool(x, 2);
  const [n, ...rest] = pooled.shape as [number, number, number, number];
  return linear(w.scope("adapter"), op.reshape(pooled, [n, rest.reduce((a, b) => a * b)]), width);
});

/** [n, c, h, w] -> [n, c · 64, h / 8, w / 8], the pixels of a square behind each other, colour by colour. */
function folded(x: Value): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const squares = op.reshape(x, [n, c, h / FOLD, FOLD, w / FOLD, FOLD]);
  return op.reshape(op.transpose(squares, [0, 1, 3, 5, 2, 4]), [n, c * FOLD * FOLD, h / FOLD, w / FOLD]);
}

const residual = block((w: Weights, given: Value, halves: boolean): Value => {
  const small = halves ? op.averagePool(given, 2) : given;
  const channels = w.shapeOf("block1.weight")![0] as number;
  const x = w.has("in_conv.weight") ? conv2d(w.scope("in_conv"), small, channels, 1) : small;
  const hidden = op.relu(conv2d(w.scope("block1"), x, channels, 3));
  return op.add(conv2d(w.scope("block2"), hidden, channels, 1), x);
});
