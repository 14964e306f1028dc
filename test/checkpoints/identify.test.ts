/** What a file is, told from names as people's files have them. */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ldmTextName, ldmUNetName, ldmVaeName } from "../../models/ldm-names.ts";
import { stableDiffusionTensors } from "../../src/bench/random-checkpoint.ts";
import { findOthers, useWords } from "../../src/checkpoints/identify/found.ts";
import { identify } from "../../src/checkpoints/identify/identify.ts";
import { FIXTURES } from "../models/reference.ts";
import { writeHoles } from "../onnx/files/holes.ts";

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "atelier-identify-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PARTS = stableDiffusionTensors();
const UNET: Shapes = [...PARTS.unet];
const LDM_UNET: Shapes = UNET.map(([name, shape]) => [ldmUNetName(name), shape]);
const LDM_TEXT: Shapes = [...PARTS.text_encoder].map(([name, shape]) => [ldmTextName(name), shape]);
const LDM_VAE: Shapes = [...PARTS.vae].map(([name, shape]) => [ldmVaeName(name), shape]);
const SINGLE: Shapes = [...LDM_TEXT, ...LDM_UNET, ...LDM_VAE];

const withContext = (shapes: Shapes, width: number): Shapes =>
  shapes.map(([name, shape]) => (/attn2\.to_[kv]\.weight$/.test(name) ? [name, [shape[0]!, width]] : [name, shape]));
const withChannels = (shapes: Shapes, count: number): Shapes =>
  shapes.map(([name, shape]) =>
    /(?:input_blocks\.0\.0|^conv_in)\.weight$/.test(name) ? [name, [shape[0]!, count, 3, 3]] : [name, shape],
  );
const LDM = "model.diffusion_model.";
const KOHYA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
const pair = (place: string, context: number, down = "lora_down", up = "lora_up"): Shapes => [
  [`${place}.${down}.weight`, [4, context]],
  [`${place}.${up}.weight`, [320, 4]],
];

/** Files by what they are said to be. */
const FILES: readonly (readonly [words: string | RegExp, use: string | null, shapes: Shapes])[] = [
  ["a Stable Diffusion 1", "painter", SINGLE],
  [
    "a Stable Diffusion 1",
    "painter",
    SINGLE.map(([name, shape]) => [name.replace("transformer.text_model.", "transformer."), shape]),
  ],
  ["a Stable Diffusion 1, without its text encoder and autoencoder", null, LDM_UNET],
  ["a Stable Diffusion 1 for inpainting", null, withChannels(SINGLE, 9)],
  ["a Stable Diffusion 1 for instructions (InstructPix2Pix)", null, withChannels(SINGLE, 8)],
  [
    /^a Stable Diffusion 1 distilled for few steps/,
    null,
    [...SINGLE, [`${LDM}time_embed.cond_proj.weight`, [320, 256]]],
  ],
  [
    "a Stable Diffusion 2",
    null,
    [...withContext(LDM_UNET, 1024), ...LDM_VAE, ["cond_stage_model.model.ln_final.weight", [1024]]],
  ],
  [
    "a Stable Diffusion XL",
    null,
    [
      ...withContext(LDM_UNET, 2048),
      [`${LDM}label_emb.0.0.weight`, [1280, 2816]],
      ...LDM_VAE,
      ["conditioner.embedders.1.model.ln_final.weight", [1280]],
    ],
  ],
  [
    "a Stable Diffusion 3",
    null,
    [
      [`${LDM}joint_blocks.0.x_block.attn.qkv.weight`, [4608, 1536]],
      [`${LDM}x_embedder.proj.weight`, [1536, 16, 2, 2]],
      ["first_stage_model.decoder.conv_in.weight", [512, 16, 3, 3]],
      ["text_encoders.clip_l.transformer.text_model.final_layer_norm.weight", [768]],
    ],
  ],
  [
    "a Flux, without its text encoder and autoencoder",
    null,
    [
      [`${LDM}double_blocks.0.img_attn.qkv.weight`, [9216, 3072]],
      [`${LDM}img_in.weight`, [3072, 64]],
    ],
  ],
  [
    "a transformer of Flux",
    null,
    [
      ["double_blocks.0.img_attn.qkv.weight", [9216, 3072]],
      ["img_in.weight", [3072, 64]],
    ],
  ],
  ["a UNet of Stable Diffusion 1", "part", UNET],
  [
    "a UNet of Stable Diffusion XL",
    null,
    [...withContext(UNET, 2048), ["add_embedding.linear_1.weight", [1280, 2816]]],
  ],
  [
    /^a UNet of Stable Diffusion 1 distilled .*\(LCM\)/,
    null,
    [...UNET, ["time_embedding.cond_proj.weight", [320, 256]]],
  ],
  ["a UNet of Stable Diffusion 1 for instructions (InstructPix2Pix)", null, withChannels(UNET, 8)],
  [/^a UNet .*for films/, null, [...withContext(UNET, 1024), ["down_blocks.0.temp_convs.0.conv1.0.weight", [320]]]],
  [
    /^a UNet .*from many sides/,
    null,
    [
      ...withContext(LDM_UNET, 1024).map(([name, shape]) => [name.slice(LDM.length), shape] as const),
      ["camera_embed.0.weight", [1280, 16]],
    ],
  ],
  [/^a UNet .*GLIGEN/, null, [...UNET, ["position_net.linears.0.weight", [512, 768]]]],
  ["an autoencoder of Stable Diffusion", "part", [...PARTS.vae]],
  [
    "an autoencoder of Stable Diffusion",
    "part",
    LDM_VAE.map(([name, shape]) => [name.replace("first_stage_model.", ""), shape]),
  ],
  [/^an autoencoder of 16 channels/, null, [["decoder.conv_in.weight", [512, 16, 3, 3]]]],
  ["a text encoder (CLIP, ViT-L)", "part", [...PARTS.text_encoder]],
  ["a text encoder (CLIP, ViT-H)", null, [["text_model.embeddings.token_embedding.weight", [49408, 1024]]]],
  [
    /^both towers of CLIP/,
    null,
    [
      ["text_model.embeddings.token_embedding.weight", [49408, 768]],
      ["vision_model.embeddings.class_embedding", [1024]],
    ],
  ],
  [
    "CLIP's tower for pictures",
    null,
    [
      ["vision_model.embeddings.class_embedding", [1024]],
      ["vision_model.pre_layrnorm.weight", [1024]],
    ],
  ],
  [
    "a ControlNet for Stable Diffusion 1",
    null,
    [...UNET.filter(([name]) => !name.startsWith("up_")), ["controlnet_cond_embedding.conv_in.weight", [16, 3, 3, 3]]],
  ],
  ["a ControlNet", null, [["control_model.input_hint_block.0.weight", [16, 3, 3, 3]]]],
  [
    "a T2I adapter for Stable Diffusion 1",
    null,
    [
      ["conv_in.weight", [320, 192, 3, 3]],
      ["body.0.block1.weight", [320, 320, 3, 3]],
    ],
  ],
  [
    "a T2I adapter for Stable Diffusion XL",
    null,
    [
      ["adapter.conv_in.weight", [320, 768, 3, 3]],
      ["adapter.body.0.resnets.0.block1.weight", [320, 320, 3, 3]],
    ],
  ],
  [
    "an image adapter (IP-Adapter) for Stable Diffusion 1",
    "adapter",
    [
      ["image_proj.proj.weight", [3072, 1024]],
      ["ip_adapter.1.to_k_ip.weight", [320, 768]],
    ],
  ],
  [
    "an image adapter (IP-Adapter) for Stable Diffusion XL",
    null,
    [
      ["image_proj.proj.weight", [8192, 1280]],
      ["ip_adapter.1.to_k_ip.weight", [640, 2048]],
    ],
  ],
  [
    "an image adapter (IP-Adapter) for Stable Diffusion 1, for faces",
    null,
    [
      ["image_proj.proj.0.weight", [1024, 512]],
      ["ip_adapter.0.to_q_lora.down.weight", [128, 320]],
      ["ip_adapter.1.to_k_ip.weight", [320, 768]],
    ],
  ],
  [
    "an image adapter (StyleShot) for Stable Diffusion 1",
    "adapter",
    [
      ["unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight", [320, 768]],
      ["controlnet.controlnet_mid_block.weight", [1280, 1280, 1, 1]],
      ["style_image_proj_modules.0.norm.weight", [768]],
      ["adapter_modules.1.to_k_ip.weight", [320, 768]],
    ],
  ],
  [
    "the style-aware encoder of an image adapter (StyleShot)",
    "adapter",
    [
      ["style_embeddings.0", [1280]],
      ["image_encoder.vision_model.embeddings.class_embedding", [1280]],
      ["cnn.0.conv_in.weight", [320, 192, 3, 3]],
    ],
  ],
  [
    "a detector of edges (HED), for StyleShot's contours",
    "adapter",
    [
      ["norm", [1, 3, 1, 1]],
      ["block1.convs.0.weight", [64, 3, 3, 3]],
      ["block5.projection.weight", [1, 512, 1, 1]],
    ],
  ],
  [/^a motion module/, null, [["down_blocks.0.motion_modules.0.temporal_transformer.norm.weight", [320]]]],
  ["a LoRA for Stable Diffusion 1, named as kohya does", "lora", pair(KOHYA, 768)],
  [
    "a LoRA for Stable Diffusion 1, named as kohya does, over CompVis' places",
    "lora",
    pair("lora_unet_input_blocks_1_1_transformer_blocks_0_attn2_to_k", 768),
  ],
  [
    "a LoRA for Stable Diffusion 1, named as diffusers does",
    "lora",
    pair("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k", 768, "lora.down", "lora.up"),
  ],
  [
    "a LoRA for Stable Diffusion 1, named as diffusers does",
    "lora",
    pair("down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor", 768, "to_k_lora.down", "to_k_lora.up"),
  ],
  [
    "a LoRA for Stable Diffusion 1, named as PEFT does",
    "lora",
    pair("unet.base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k", 768, "lora_A", "lora_B"),
  ],
  ["a LoRA for Stable Diffusion 2", null, pair(KOHYA, 1024)],
  ["a LoRA for Stable Diffusion XL", null, pair(KOHYA, 2048)],
  ["a LoRA for Stable Diffusion XL", null, pair(KOHYA.replace("blocks_0_attn2", "blocks_9_attn2"), 640)],
  [
    "a LoRA for Stable Diffusion 3",
    null,
    pair("transformer.transformer_blocks.0.attn.add_k_proj", 1536, "lora_A", "lora_B"),
  ],
  ["a LoRA for Flux", null, pair("lora_unet_double_blocks_0_img_attn_proj", 3072)],
  ["a LoRA for another family", null, pair("diffusion_model.blocks.0.self_attn.q", 1536, "lora_A", "lora_B")],
  [/^a LoHa/, null, [[`${KOHYA}.hada_w1_a`, [320, 4]]]],
  ["a learned word for Stable Diffusion 1", "style", [["emb_params", [8, 768]]]],
  ["a learned word for Stable Diffusion 1", "style", [["<my-style>", [768]]]],
  ["a learned word for Stable Diffusion 2", null, [["emb_params", [8, 1024]]]],
  [
    "a learned word for Stable Diffusion XL",
    null,
    [
      ["clip_g", [8, 1280]],
      ["clip_l", [8, 768]],
    ],
  ],
  [
    "an upscaler of pictures",
    null,
    [
      ["conv_first.weight", [64, 3, 3, 3]],
      ["body.0.rdb1.conv1.weight", [32, 64, 3, 3]],
    ],
  ],
  [
    "an upscaler of pictures",
    null,
    [
      ["model.0.weight", [64, 3, 3, 3]],
      ["model.1.sub.0.RDB1.conv1.0.weight", [32, 64, 3, 3]],
    ],
  ],
  ["a hypernetwork", null, [["768.0.linear.0.weight", [1536, 768]]]],
  [
    "a captioner of the LLaVA family",
    "captioner",
    [
      ["model.mm_projector.0.weight", [4096, 1024]],
      ["model.layers.0.self_attn.q_proj.weight", [4096, 4096]],
    ],
  ],
  ["a language model", null, [["model.layers.0.mlp.gate_proj.weight", [11008, 4096]]]],
  [
    "a safety checker",
    null,
    [
      ["concept_embeds", [17, 768]],
      ["special_care_embeds", [3, 768]],
      ["vision_model.vision_model.embeddings.class_embedding", [1024]],
    ],
  ],
  [
    "a file of 2 tensors of no kind that is known",
    null,
    [
      ["a.weight", [2, 2, 2]],
      ["b.weight", [3]],
    ],
  ],
];

describe("a file is", () => {
  it.each(FILES.map(([words, use, shapes], i) => [`${String(words)} (${i})`, words, use, shapes] as const))(
    "%s",
    async (_title, words, use, shapes) => {
      const file = path.join(folder, "given.safetensors");
      writeHoles(file, shapes);
      const found = await identify(file);
      expect(found.words).toEqual(typeof words === "string" ? words : expect.stringMatching(words));
      expect(found.kind?.use ?? null).toBe(use);
      expect(found.isWhole).toBe(true);
    },
  );

  it("named although its end is missing, and no weight of it is read", async () => {
    const file = path.join(folder, "cut.safetensors");
    writeHoles(file, SINGLE, 1000);
    const found = await identify(file);
    expect(found.words).toBe("a Stable Diffusion 1, of which 1000 bytes are missing: download it again");
    expect(useWords(found)).toBeNull();
  });

  it.each([
    [
      "a pointer of Git LFS",
      "version https://git-lfs.github.com/spec/v1\noid sha256:145a07e0f05ec5bbe6e2e9faf608bdb311caf708895cac8c8ed713c59864e1e8\nsize 3438167534\n",
      "a pointer of Git LFS: the real file of 3438167534 bytes was not downloaded",
    ],
    ["a page", "\n<!DOCTYPE html>\n<html><head><title>Sign in</title>", "a web page"],
    ["an answer", "Entry not found", 'a short text: "Entry not found"'],
    ["an answer in JSON", '{"error":"Repository is gated"}', "a text in JSON"],
    ["nothing", "", "empty"],
    ["a picture", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture (PNG)"],
    ["GGUF", "GGUF\x03\0\0\0", "a GGUF file"],
    ["cut off in its header", "\x10\x27\0\0\0\0\0\0{", "unreadable: ends within its header"],
    ["something else", "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", "unreadable: "],
    ["a hostile pickle", "\x80\x02cos\nsystem\n.", "unreadable: its pickle cannot be read: os.system is refused"],
  ])("%s, where there is no file of weights", async (_what, text, words) => {
    for (const name of ["given.safetensors", "given.ckpt"]) {
      const file = path.join(folder, name);
      writeFileSync(file, Buffer.from(text, "latin1"));
      const found = await identify(file);
      expect(found.words.startsWith(words)).toBe(true);
      expect(found).toMatchObject({ kind: null, isWhole: false });
      expect(found.words).not.toContain(folder);
    }
  });

  it("read by torch's format, new and old, and a folder is what its UNet is", async () => {
    const torch = (name: string): string => path.join(FIXTURES, "torch", name);
    for (const name of ["parameter-dict.pt", "parameter-dict-legacy.pt", "learned_embeds.bin"])
      expect(await identify(torch(name))).toMatchObject({ words: "a learned word", kind: { use: "style" } });
    for (const name of ["picture-text.png", "picture-stripes.png"])
      expect(await identify(torch(name))).toEqual({
        kind: expect.objectContaining({ kind: "embedding", use: "style" }) as unknown,
        words: "a learned word, hidden in a picture (PNG)",
        isWhole: true,
      });
    expect((await identify(path.join(FIXTURES, "tiny-v1"))).words).toBe("a folder with a UNet");
    expect((await identify(path.join(FIXTURES, "tiny-llava"))).words).toBe("a captioner of the LLaVA family");
    expect((await identify(path.join(FIXTURES, "tiny-llava-original"))).words).toBe("a captioner of the LLaVA family");
    expect((await identify(path.join(folder, "absent"))).words).toContain("unreadable");
  });

  it("named or refused wherever it ends and whatever byte is changed", async () => {
    const file = path.join(folder, "damaged");
    const given = [
      readFileSync(path.join(FIXTURES, "torch", "legacy.bin")),
      readFileSync(path.join(FIXTURES, "torch", "parameter-dict.pt")),
      readFileSync(path.join(FIXTURES, "tiny-v1", "loras", "kohya.safetensors")),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...given),
        fc.nat(5000),
        fc.nat(5000),
        fc.nat(255),
        async (bytes, end, at, value) => {
          const changed = Buffer.from(bytes.subarray(0, end));
          if (changed.length > 0) changed[at % changed.length] = value;
          writeFileSync(file, changed);
          const { words } = await identify(file);
          expect(words.length).toBeGreaterThan(0);
          expect(words.length).toBeLessThan(300);
          expect(words).not.toContain(folder);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a folder of checkpoints", () => {
  it("may hold anything beside the checkpoint, all of which is named", async () => {
    const models = path.join(folder, "models");
    mkdirSync(path.join(models, "loras"), { recursive: true });
    mkdirSync(path.join(models, "taesd"));
    writeHoles(path.join(models, "v1-5-pruned-emaonly.safetensors"), SINGLE);
    writeHoles(path.join(models, "loras", "xl.safetensors"), pair(KOHYA, 2048));
    copyFileSync(path.join(FIXTURES, "torch", "web-embedding.pt"), path.join(models, "easynegative.pt"));
    cpSync(path.join(FIXTURES, "tiny-v1"), path.join(models, "fine-tune"), { recursive: true });
    truncateSync(path.join(models, "fine-tune", "unet", "diffusion_pytorch_model.safetensors"), 50_000);
    writeFileSync(path.join(models, "licences.json"), "{}");
    const found = await findOthers(models, new Set(["taesd"]));
    expect(found.map((one) => [one.name, one.words, one.kind?.use ?? null])).toEqual([
      ["easynegative.pt", "a learned word", "style"],
      ["fine-tune", expect.stringMatching(/^a folder whose unet is unreadable: ends within its header/), null],
      [path.join("loras", "xl.safetensors"), "a LoRA for Stable Diffusion XL", null],
      ["v1-5-pruned-emaonly.safetensors", "a Stable Diffusion 1", "painter"],
    ]);
  });
});
