/** Settings of checkpoints: those that change nothing are passed over, all others are computed or refused by name. */
import { readFileSync } from "node:fs";
import path from "node:path";

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";

import { clipTextConfigSchema } from "../../models/clip-text.ts";
import { clipVisionConfigSchema } from "../../models/clip-vision.ts";
import { llavaConfigSchema } from "../../models/llava.ts";
import { safetyCheckerConfigSchema } from "../../models/safety-checker.ts";
import { taesdConfigSchema } from "../../models/taesd.ts";
import { unetConfigSchema } from "../../models/unet.ts";
import { vaeConfigSchema } from "../../models/vae.ts";
import { preprocessorConfigSchema } from "../../src/caption/llava/preprocessor-config.ts";
import { readSchedulerConfig } from "../../src/stylize/diffusion/schedulers/index.ts";
import { FIXTURES } from "./reference.ts";

type Json = Record<string, unknown>;
const json = (file: string): Json => JSON.parse(readFileSync(path.join(FIXTURES, file), "utf8")) as Json;

const UNET = json("tiny-v1/unet/config.json");

interface Reader {
  readonly valid: Json;
  readonly read: (given: unknown) => unknown;
}
const bySchema = (schema: z.ZodType, file: string): Reader => ({
  valid: json(file),
  read: (given) => schema.parse(given),
});
const READERS: Readonly<Record<string, Reader>> = {
  UNet: bySchema(unetConfigSchema, "tiny-v1/unet/config.json"),
  VAE: bySchema(vaeConfigSchema, "tiny-v1/vae/config.json"),
  "text encoder": bySchema(clipTextConfigSchema, "tiny-v1/text_encoder/config.json"),
  captioner: bySchema(llavaConfigSchema, "tiny-llava/config.json"),
  "safety checker": bySchema(safetyCheckerConfigSchema, "tiny-safety-checker/config.json"),
  "tower of an image adapter": bySchema(clipVisionConfigSchema, "tiny-v1/image-adapter/image_encoder/config.json"),
  "look of a captioner": bySchema(preprocessorConfigSchema, "tiny-llava/preprocessor_config.json"),
  "decoder of previews": bySchema(taesdConfigSchema, "tiny-taesd/config.json"),
  scheduler: { valid: json("tiny-v1/scheduler/scheduler_config.json"), read: readSchedulerConfig },
};

const neutral = fc.constantFrom<unknown>(null, false, [], {}, [false, false], [null]);
const telling = fc.oneof(
  fc.constantFrom<unknown>(true, 0, 1, 256, "gated", [1], [false, true], { type: "linear" }),
  fc.integer(),
  fc.string({ minLength: 1 }),
);
/** Names that are nobody's; those of libraries begin with a low line. */
const unknown = fc.stringMatching(/^zz_[a-z_]{1,20}$/);

describe.each(Object.entries(READERS))("the settings of a %s", (_what, { valid, read }) => {
  it("are the same with any that stands for nothing", () => {
    const expected = read(valid);
    fc.assert(
      fc.property(fc.dictionary(unknown, neutral), (extra) => {
        expect(read({ ...valid, ...extra })).toEqual(expected);
      }),
    );
    expect(read({ ...valid, _diffusers_version: "0.6.0", _name_or_path: "elsewhere" })).toEqual(expected);
  });

  it("are refused with any that nobody knows, by its name", () => {
    fc.assert(
      fc.property(unknown, telling, (name, value) => {
        expect(() => read({ ...valid, [name]: value })).toThrow(name);
      }),
    );
  });
});

describe("a UNet", () => {
  it.each<readonly [string, unknown]>([
    ["_class_name", "MultiViewUNetModel"],
    ["downsample_padding", 0],
    ["mid_block_scale_factor", 0.5],
    ["time_embedding_act_fn", "silu"],
    ["timestep_post_act", "silu"],
    ["num_class_embeds", 1000],
    ["time_cond_proj_dim", 256],
    ["attention_type", "gated"],
    ["encoder_hid_dim_type", "text_proj"],
    ["time_embedding_type", "fourier"],
    ["conv_in_kernel", 1],
    ["resnet_out_scale_factor", 2],
    ["mid_block_type", "UNetMidBlock2D"],
    ["mid_block_type", null],
    ["flip_sin_to_cos", false],
    ["center_input_sample", true],
    ["class_embed_type", "timestep"],
    ["cross_attention_norm", "layer_norm"],
    ["only_cross_attention", [true, false, false, false]],
    ["layers_per_block", [1, 2, 2, 2]],
    ["quantization_config", { load_in_4bit: true }],
  ])("with %s: %j is refused by that name", (name, value) => {
    const { success, error } = unetConfigSchema.safeParse({ ...UNET, [name]: value });
    expect(success).toBe(false);
    expect(error!.issues[0]!.path).toEqual([name]);
  });

  it("is the same whether a setting is left out or written at what it means", () => {
    const levels = { layers_per_block: [2, 2, 2, 2], transformer_layers_per_block: [1, 1, 1, 1] };
    const lists = { only_cross_attention: [false, false, false, false], cross_attention_dim: [24, 24, 24, 24] };
    const training = { upcast_attention: true, dropout: 0.1, sample_size: 96, decay: 0.9999 };
    const expected = unetConfigSchema.parse(UNET);
    expect(unetConfigSchema.parse({ ...UNET, ...levels, ...lists, ...training })).toEqual(expected);
    const NEEDED = [
      "block_out_channels",
      "down_block_types",
      "up_block_types",
      "cross_attention_dim",
      "attention_head_dim",
      "norm_num_groups",
    ];
    expect(unetConfigSchema.parse(Object.fromEntries(NEEDED.map((name) => [name, UNET[name]])))).toEqual(expected);
  });
});

describe("a captioner", () => {
  const { valid } = READERS["captioner"]!;
  it.each<readonly [string, Json]>([
    ["text_config.rope_scaling", { text_config: { ...(valid["text_config"] as Json), rope_scaling: { factor: 2 } } }],
    ["text_config.model_type", { text_config: { ...(valid["text_config"] as Json), model_type: "qwen2" } }],
    ["vision_config.model_type", { vision_config: { ...(valid["vision_config"] as Json), model_type: "siglip" } }],
    ["vision_feature_select_strategy", { vision_feature_select_strategy: "full" }],
    ["projector_hidden_act", { projector_hidden_act: "relu" }],
  ])("with another %s is refused by that name", (name, change) => {
    const { error } = llavaConfigSchema.safeParse({ ...valid, ...change });
    expect(error!.issues[0]!.path.join(".")).toBe(name);
  });

  it("may be described at length, as LLaVA-1.5's own file is", () => {
    const llava = {
      architectures: ["LlavaForConditionalGeneration"],
      ignore_index: -100,
      image_token_index: 32_000,
      model_type: "llava",
      pad_token_id: 32_001,
      projector_hidden_act: "gelu",
      text_config: {
        _name_or_path: "lmsys/vicuna-7b-v1.5",
        architectures: ["LlamaForCausalLM"],
        max_position_embeddings: 4096,
        model_type: "llama",
        rms_norm_eps: 1e-5,
        torch_dtype: "float16",
        vocab_size: 32_064,
      },
      torch_dtype: "float16",
      transformers_version: "4.36.0.dev0",
      vision_config: {
        hidden_size: 1024,
        image_size: 336,
        intermediate_size: 4096,
        model_type: "clip_vision_model",
        num_attention_heads: 16,
        num_hidden_layers: 24,
        patch_size: 14,
        projection_dim: 768,
        vocab_size: 32_000,
      },
      vision_feature_layer: -2,
      vision_feature_select_strategy: "default",
      vocab_size: 32_064,
    };
    expect(llavaConfigSchema.parse(llava)).toMatchObject({ text: { layers: 32, vocabulary: 32_064 } });
  });
});
