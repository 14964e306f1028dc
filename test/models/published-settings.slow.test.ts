/** Thousands of settings made from published ones: what changes nothing gives the same graph, all else is refused by name. */
import { createHash } from "node:crypto";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { clipText, clipTextConfigSchema, tokenEmbeddings } from "../../models/clip-text.ts";
import { llavaConfigSchema, llavaVision } from "../../models/llava.ts";
import { unet, unetConfigSchema } from "../../models/unet.ts";
import { vaeConfigSchema, vaeDecoder, vaeEncoder } from "../../models/vae.ts";
import { Graph, modelBytes } from "../../src/onnx/index.ts";
import type { TensorSource } from "../../src/onnx/files/tensor-source.ts";
import { isNeutral } from "../../src/onnx/settings-schema.ts";
import { Weights } from "../../src/onnx/weights.ts";
import { readSchedulerConfig } from "../../src/stylize/diffusion/schedulers/index.ts";
import { PUBLISHED } from "./published-settings.ts";

type Json = Readonly<Record<string, unknown>>;

/** Has every tensor in the shape that is asked for. */
const ANY: TensorSource = {
  label: "any",
  names: [],
  find: (name, shape) => {
    if (!shape) return /to_[qkv]\.bias$|weight_q4$|vision_model/.test(name) ? undefined : tensor([1]);
    return tensor(shape);
  },
};
const tensor = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  shape,
  path: "/any",
  offset: 0,
  byteLength: 4 * shape.reduce((product, dim) => product * dim, 1),
});

/** The graph's bytes, hashed; of a scheduler, which has none, its numbers. */
function recorded(build: (graph: Graph, weights: Weights) => void): string {
  const graph = new Graph("published");
  build(graph, new Weights(graph, ANY, "float32"));
  return createHash("sha256").update(modelBytes(graph)).digest("hex");
}

interface Network {
  readonly published: readonly Json[];
  /** What the settings mean. @throws ZodError, EngineError */
  readonly read: (given: Json) => unknown;
  /** Of what was read. */
  readonly graph: (config: never) => string;
  /** Settings that ask for another network at any value but these, which are what they mean when left out. */
  readonly fixed: Readonly<Record<string, readonly unknown[]>>;
  /** Settings that say nothing about the network, at any value. */
  readonly described: readonly string[];
}

const NETWORKS: Readonly<Record<string, Network>> = {
  UNet: {
    published: PUBLISHED.unet,
    read: (given) => unetConfigSchema.parse(given),
    graph: (config: ReturnType<typeof unetConfigSchema.parse>) =>
      recorded((graph, w) => {
        const sample = graph.input("sample", "float32", [2, config.inChannels, 64, 64]);
        const timestep = graph.input("timestep", "float32", [1]);
        const context = graph.input("context", "float32", [2, 77, config.contextWidth]);
        graph.output("noise", unet(w, config, { sample, timestep, context }));
      }),
    fixed: {
      _class_name: ["UNet2DConditionModel", "FlaxUNet2DConditionModel"],
      act_fn: ["silu", "swish"],
      attention_type: ["default"],
      conv_in_kernel: [3],
      conv_out_kernel: [3],
      downsample_padding: [1],
      flip_sin_to_cos: [true],
      mid_block_scale_factor: [1],
      mid_block_type: ["UNetMidBlock2DCrossAttn"],
      resnet_out_scale_factor: [1],
      resnet_time_scale_shift: ["default"],
      time_embedding_type: ["positional"],
      ...Object.fromEntries(
        Object.entries(PUBLISHED.unet[1])
          .filter(([name, value]) => isNeutral(value) && !["upcast_attention", "num_attention_heads"].includes(name))
          .filter(([name]) => !/^addition_time_embed_dim$|^projection_class|^use_linear/.test(name))
          .map(([name]) => [name, []]),
      ),
    },
    described: ["sample_size", "dropout", "upcast_attention", "addition_embed_type_num_heads", "decay"],
  },
  VAE: {
    published: PUBLISHED.vae,
    read: (given) => vaeConfigSchema.parse(given),
    graph: (config: ReturnType<typeof vaeConfigSchema.parse>) =>
      recorded((graph, w) => {
        graph.output("moments", vaeEncoder(w, config, graph.input("picture", "float32", [1, 3, 512, 512])));
        graph.output("pixels", vaeDecoder(w, config, graph.input("latents", "float32", [1, 4, 64, 64])));
      }),
    fixed: {
      _class_name: ["AutoencoderKL", "FlaxAutoencoderKL"],
      act_fn: ["silu", "swish"],
      in_channels: [3],
      out_channels: [3],
      latents_mean: [],
      latents_std: [],
      mid_block_add_attention: [true],
      use_quant_conv: [true],
      use_post_quant_conv: [true],
    },
    described: ["sample_size", "force_upcast"],
  },
  "text encoder": {
    published: PUBLISHED.text,
    read: (given) => clipTextConfigSchema.parse(given),
    graph: (config: ReturnType<typeof clipTextConfigSchema.parse>) =>
      recorded((graph, w) => {
        const ids = graph.input("ids", "int64", [1, config.positions]);
        graph.output("states", clipText(w, config, tokenEmbeddings(w, config, ids)));
      }),
    fixed: { model_type: ["clip_text_model", "clip"], position_embedding_type: [], quantization_config: [] },
    described: ["projection_dim", "torch_dtype", "initializer_range", "eos_token_id", "attention_dropout"],
  },
  scheduler: {
    published: PUBLISHED.scheduler,
    read: (given) => readSchedulerConfig(given),
    graph: (config) => JSON.stringify(config),
    fixed: {
      thresholding: [false],
      flow_shift: [1],
      predict_epsilon: [true],
      use_dynamic_shifting: [],
      sigma_data: [],
    },
    described: ["skip_prk_steps", "tensor_format", "lower_order_final", "sample_max_value"],
  },
  captioner: {
    published: PUBLISHED.captioner,
    read: (given) => llavaConfigSchema.parse(given),
    graph: (config: ReturnType<typeof llavaConfigSchema.parse>) =>
      recorded((graph, w) => llavaVision(graph, w, config, 1)),
    fixed: {
      model_type: ["llava"],
      vision_feature_select_strategy: ["default"],
      projector_hidden_act: ["gelu"],
      multimodal_projector_bias: [true],
      image_grid_pinpoints: [],
    },
    described: ["ignore_index", "vocab_size", "torch_dtype", "transformers_version", "image_seq_length"],
  },
};

const value = fc.oneof(
  fc.constantFrom<unknown>(true, false, null, [], {}, 0, 1, 3, 256, [true, false], [1, 1], { type: "x" }),
  fc.constantFrom("gated", "fourier", "silu", "gelu", "default", "text_time", "scale_shift", "positional"),
  fc.integer(),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const nothing = fc.constantFrom<unknown>(null, false, [], {}, [false, false, false, false], [null]);
/** Names that no library has; those that begin with a low line are notes. */
const nobodys = fc.stringMatching(/^zz_[a-z_]{1,12}$/);
const shuffled = (given: Json): fc.Arbitrary<Json> =>
  fc
    .shuffledSubarray(Object.entries(given), { minLength: Object.keys(given).length })
    .map((entries) => Object.fromEntries(entries));

/** Whether a value is what a setting means in any case: one of those few, in a list for every level too. */
const meansNothing = (means: readonly unknown[], given: unknown): boolean =>
  means.length === 0
    ? isNeutral(given)
    : (Array.isArray(given) && given.length > 0 ? given : [given]).every((each) => means.includes(each));

const RUNS = 1000;
/** Of so many whose settings are read alike, one is recorded again, so that it is seen and not only concluded. */
const RECORDED_EVERY = 125;

describe.each(Object.entries(NETWORKS))("the published settings of a %s", (_name, network) => {
  const { published, read, graph, fixed, described } = network;
  const expected = read(published[0]!);
  const expectedGraph = graph(expected as never);
  const one = fc.constantFrom(...published);

  const changesNothing = fc
    .record({
      base: one,
      unknown: fc.dictionary(nobodys, nothing, { maxKeys: 3 }),
      notes: fc.dictionary(fc.stringMatching(/^_z[a-z_]{1,8}$/), value, { maxKeys: 2 }),
      described: fc.dictionary(fc.constantFrom(...described), value, { maxKeys: 3 }),
      fixed: fc
        .tuple(fc.constantFrom(...Object.entries(fixed)), fc.nat(), nothing)
        .map(([[name, means], i, none]) => ({ [name]: means.length === 0 ? none : means[i % means.length] })),
    })
    .map(({ base, ...more }) => ({ ...base, ...more.unknown, ...more.notes, ...more.described, ...more.fixed }))
    .chain(shuffled);

  it("all mean one network, with whatever stands for nothing, in any order: byte for byte", () => {
    let runs = 0;
    fc.assert(
      fc.property(changesNothing, (given) => {
        const config = read(given);
        expect(config).toEqual(expected);
        if (runs++ % RECORDED_EVERY === 0) expect(graph(config as never)).toBe(expectedGraph);
      }),
      { numRuns: RUNS },
    );
  });

  const asksForAnother = fc
    .oneof(
      fc.tuple(nobodys, value).filter(([, given]) => !isNeutral(given)),
      fc
        .tuple(fc.constantFrom(...Object.keys(fixed)), value)
        .filter(([name, given]) => !meansNothing(fixed[name]!, given)),
    )
    .chain(([name, given]) => changesNothing.map((base) => ({ name, given: { ...base, [name]: given } })));

  it("are refused by the name of the one setting that asks for another", () => {
    fc.assert(
      fc.property(asksForAnother, ({ name, given }) => {
        expect(() => read(given)).toThrow(name);
      }),
      { numRuns: RUNS },
    );
  });
});
