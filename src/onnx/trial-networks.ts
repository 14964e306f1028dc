/** Small networks that a device is tried with: one operator each, at sizes that the real networks have. */
import { type Random, seededRandom } from "../random.ts";
import { bytesOf } from "./dtype.ts";
import { type Fusion, FUSIONS, Graph, type Value } from "./graph.ts";
import * as op from "./operators.ts";
import { elementCount } from "./shape.ts";
import { type FloatType, floatTensor, type Tensor } from "./tensor.ts";

export const TRIAL_OPERATORS = [
  "attention",
  "convolution",
  "group normalisation",
  "linear layer",
  "gated layer",
  "gather",
  "4-bit product",
] as const;
export type TrialOperator = (typeof TRIAL_OPERATORS)[number];

/** How an operator is written: as it stands, or in the other way that there is for devices on which that is wrong. */
export const TRIAL_FORMS = ["plain", "explicit", "fused", "padded", ...FUSIONS] as const;
export type TrialForm = (typeof TRIAL_FORMS)[number];

/** A recorded trial and its random numbers, which are always the same ones. */
interface RecordedTrial {
  /** Its output, `y`, is in single precision. */
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** One operator at one size. */
export interface TrialNetwork {
  readonly operator: TrialOperator;
  /** In words. */
  readonly shape: string;
  readonly form: TrialForm;
  /** The other way to write it, and what that is held against; tried where it could be of use. */
  readonly other?: {
    readonly form: TrialForm;
    /** `right`: the device's own answer in the first form, when that is right. `exact`: the processor's, when it is not. */
    readonly against: "right" | "exact";
  };
  readonly record: (form: TrialForm, dtype: FloatType) => RecordedTrial;
}

const HEADS = 8;

/** Queries and keys: a picture that sees itself, and a prompt; head widths of Stable Diffusion's levels. */
const attentions = [40, 80, 160].flatMap((width) =>
  [
    [192, 192],
    [256, 77],
  ].map(([queries, keys]): TrialNetwork => ({
    operator: "attention",
    shape: `${queries} x ${keys} positions, ${HEADS} heads of ${width}`,
    form: "explicit",
    other: { form: "fused", against: "right" },
    record: recorder(({ numbers }) => {
      const [q, k, v] = [queries, keys, keys].map((length) => numbers([1, length!, HEADS * width]));
      return op.attention(q!, k!, v!, { heads: HEADS });
    }),
  })),
);

/** Channels in and out: latents, an inpainting model's picture, pictures, and sizes that kernels take for others. */
const convolutions = [
  { inputs: 3, outputs: 64, kernel: 3, stride: 1 },
  { inputs: 4, outputs: 320, kernel: 3, stride: 1 },
  { inputs: 6, outputs: 8, kernel: 3, stride: 1 },
  { inputs: 9, outputs: 320, kernel: 3, stride: 1 },
  { inputs: 64, outputs: 3, kernel: 3, stride: 1 },
  { inputs: 64, outputs: 64, kernel: 3, stride: 2 },
  { inputs: 96, outputs: 64, kernel: 1, stride: 1 },
].map(({ inputs, outputs, kernel, stride }): TrialNetwork => ({
  operator: "convolution",
  shape: `${inputs} to ${outputs} channels, ${kernel} x ${kernel}, stride ${stride}`,
  form: "plain",
  other: { form: "padded", against: "exact" },
  record: recorder(({ numbers, weight }) => {
    const kernels = weight([outputs, inputs, kernel, kernel], 1 / Math.sqrt(inputs * kernel ** 2));
    return op.conv(numbers([1, inputs, 16, 12]), kernels, weight([outputs]), { padding: (kernel - 1) / 2, stride });
  }),
}));

/** Features far from zero, as those of real networks are: a sum that is kept too short is seen. */
const OFFSET = 3;

const normalisation: TrialNetwork = {
  operator: "group normalisation",
  shape: "32 groups of 320 channels, 32 x 32",
  form: "plain",
  record: recorder(({ numbers, weight }) =>
    op.groupNorm(op.shift(numbers([1, 320, 32, 32]), OFFSET), 32, weight([320]), weight([320]), 1e-5),
  ),
};

const activated: TrialNetwork = {
  operator: "group normalisation",
  shape: "32 groups of 640 channels, 16 x 12, with SiLU",
  form: "plain",
  other: { form: "group-norm", against: "right" },
  record: recorder(({ numbers, weight }) =>
    op.groupNorm(op.shift(numbers([1, 640, 16, 12]), OFFSET), 32, weight([640]), weight([640]), 1e-5, "silu"),
  ),
};

const layer: TrialNetwork = {
  operator: "linear layer",
  shape: "192 positions, normalised, 320 to 640, GELU",
  form: "plain",
  record: recorder(({ numbers, weight }) => {
    const x = op.layerNorm(op.shift(numbers([192, 320]), OFFSET), weight([320]), weight([320]), 1e-5);
    return op.gelu(op.gemm(x, weight([640, 320], 1 / Math.sqrt(320)), weight([640]), { transB: true }));
  }),
};

const gather: TrialNetwork = {
  operator: "gather",
  shape: "77 rows of 4000",
  form: "plain",
  record: recorder(({ graph, weight, random }) => {
    const rows = Array.from({ length: 77 }, () => Math.floor(4000 * random()));
    return op.gather(weight([4000, 64]), graph.constant("int64", rows, [1, 77]));
  }),
};

const gate: TrialNetwork = {
  operator: "gated layer",
  shape: "192 positions, 1280 of 2560 by GELU",
  form: "plain",
  other: { form: "bias-split-gelu", against: "right" },
  record: recorder(({ numbers, weight }) => op.geglu(numbers([1, 192, 2560]), weight([2560]))),
};

/** Queries, keys and values from one product. */
const packed: TrialNetwork = {
  operator: "attention",
  shape: `192 positions, ${HEADS} heads of 40, packed`,
  form: "explicit",
  other: { form: "packed-attention", against: "right" },
  record: recorder(({ numbers }) => op.packedAttention(numbers([1, 192, HEADS, 3, 40]))),
};

/** Stride 1 and 2, with the paddings of Stable Diffusion's encoder. */
const lastChannels = [1, 2].map((stride): TrialNetwork => ({
  operator: "convolution",
  shape: `64 to 320 channels, 3 x 3, stride ${stride}`,
  form: "plain",
  other: { form: "nhwc-conv", against: "right" },
  record: recorder(({ numbers, weight }) => {
    const kernels = weight([320, 64, 3, 3], 1 / Math.sqrt(64 * 9));
    const padding = stride === 1 ? 1 : { top: 0, left: 0, bottom: 1, right: 1 };
    return op.conv(numbers([1, 64, 16, 12]), kernels, weight([320]), { padding, stride });
  }),
}));

/** A token, and a piece of a prefix. */
const products = [1, 64].map((rows): TrialNetwork => {
  const [n, k, blockSize] = [512, 2048, 32];
  return {
    operator: "4-bit product",
    shape: `${rows} x ${k} to ${n}, blocks of ${blockSize}`,
    form: "plain",
    record: recorder(({ graph, numbers, weight, random }) => {
      const stored = (name: string, shape: readonly number[]): Value => {
        const bytes = Uint8Array.from({ length: elementCount(shape) }, () => Math.floor(256 * random()));
        return graph.initializer(name, { dtype: "uint8", shape }, bytes);
      };
      const blocks = k / blockSize;
      return op.matmulNBits(numbers([rows, k]), {
        packed: stored("packed", [n, blocks, blockSize / 2]),
        scales: weight([n, blocks], 0.01),
        zeroPoints: stored("zeros", [n, blocks / 2]),
        n,
        k,
        bits: 4,
        blockSize,
      });
    }),
  };
});

export const TRIAL_NETWORKS: readonly TrialNetwork[] = [
  layer,
  gate,
  gather,
  normalisation,
  activated,
  ...convolutions,
  ...lastChannels,
  ...attentions,
  packed,
  ...products,
];

interface Draft {
  readonly graph: Graph;
  readonly random: Random;
  /** An input of independent numbers with mean 0 and variance 1, in the trial's element type. */
  readonly numbers: (shape: readonly number[]) => Value;
  /** Such numbers, times `factor`, as part of the model: weights. */
  readonly weight: (shape: readonly number[], factor?: number) => Value;
}

/** Whether a form is one of the fused operators, which only some devices have. */
export const isFusion = (form: TrialForm): form is Fusion => (FUSIONS as readonly string[]).includes(form);

function recorder(build: (draft: Draft) => Value): TrialNetwork["record"] {
  return (form, dtype) => {
    const random = seededRandom(7);
    const graph = new Graph("device trial", {
      attention: form === "fused" ? "fused" : "explicit",
      convolution: form === "padded" ? "padded" : "plain",
      fusions: isFusion(form) ? [form] : [],
    });
    const feeds: Record<string, Tensor> = {};
    // The sum of three is near enough to a Gaussian.
    const draw = (shape: readonly number[], factor = 2): Float32Array =>
      Float32Array.from({ length: elementCount(shape) }, () => factor * (random() + random() + random() - 1.5));
    const numbers = (shape: readonly number[]): Value => {
      const name = `x${graph.inputs.length}`;
      feeds[name] = floatTensor("float32", { data: draw(shape), shape });
      return op.cast(graph.input(name, "float32", shape), dtype);
    };
    const weight = (shape: readonly number[], factor = 1): Value => {
      const bytes = bytesOf(draw(shape, 2 * factor));
      return op.cast(graph.initializer(`w${graph.initializers.size}`, { dtype: "float32", shape }, bytes), dtype);
    };
    graph.output("y", op.cast(build({ graph, random, numbers, weight }), "float32"));
    return { graph, feeds };
  };
}
