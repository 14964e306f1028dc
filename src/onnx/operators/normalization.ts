/** Normalisation layers, in the forms that are fast on every device. */
import { type Attribute, constantLike, expectRank, expectSameDtype, type Value } from "../graph.ts";
import { type Dim, elementCount } from "../shape.ts";
import { add, cast, mul, silu } from "./elementwise.ts";
import { channelsFirst, channelsLast, reshape } from "./shaping.ts";

/** Over the last axis, with scale and bias of its size. */
export function layerNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  expectSameDtype("LayerNormalization", x, weight, bias);
  return x.graph.emit("LayerNormalization", [x, weight, bias], x, { axis: -1, epsilon: { float: epsilon } });
}

/** x / sqrt(mean(x²) + ε) · weight over the last axis (RMSNorm), as onnxruntime's SimplifiedLayerNormalization. */
export function rmsNorm(x: Value, weight: Value, epsilon: number): Value {
  expectSameDtype("SimplifiedLayerNormalization", x, weight);
  return x.graph.emit("SimplifiedLayerNormalization", [x, weight], x, { axis: -1, epsilon: { float: epsilon } });
}

/** Every channel of [N, C, ...] to mean 0 and variance 1, then scale and bias per channel [C]. */
export function instanceNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  expectSameDtype("InstanceNormalization", x, weight, bias);
  return x.graph.emit("InstanceNormalization", [x, weight, bias], x, { epsilon: { float: epsilon } });
}

/**
 * GroupNorm of [N, C, H, W] with scale and bias [C]. Groups become the channels of an instance normalisation:
 * onnxruntime has no CPU kernel for the operator of this name, and its function body is four times slower.
 */
export function groupNorm(
  x: Value,
  groups: number,
  weight: Value,
  bias: Value,
  epsilon: number,
  activation: "none" | "silu" = "none",
): Value {
  const [n, channels] = expectRank("groupNorm", x, 4) as [Dim, number, Dim, Dim];
  // Its kernel reads channels in pairs.
  if (x.graph.fusions.has("group-norm") && (channels / groups) % 2 === 0)
    return fusedGroupNorm(x, [weight, bias], {
      groups,
      epsilon: { float: epsilon },
      activation: activation === "silu" ? 1 : 0,
    });
  const perGroup = elementCount(x.shape.slice(1)) / groups;
  const ones = constantLike(
    x,
    Array.from({ length: groups }, () => 1),
  );
  const zeros = constantLike(
    x,
    Array.from({ length: groups }, () => 0),
  );
  const normal = reshape(instanceNorm(reshape(x, [n, groups, perGroup]), ones, zeros, epsilon), x.shape);
  const y = add(mul(normal, reshape(weight, [channels, 1, 1])), reshape(bias, [channels, 1, 1]));
  return activation === "silu" ? silu(y) : y;
}

/** With channels last, the only layout that its kernel has; scale and bias are in single precision always. */
function fusedGroupNorm(
  x: Value,
  affine: readonly [Value, Value],
  attributes: Readonly<Record<string, Attribute>>,
): Value {
  const picture = channelsLast(x);
  const inputs = [picture, ...affine.map((value) => cast(value, "float32"))];
  return channelsFirst(
    x.graph.emit("GroupNorm", inputs, picture, { ...attributes, channels_last: 1 }, "com.microsoft"),
  );
}
