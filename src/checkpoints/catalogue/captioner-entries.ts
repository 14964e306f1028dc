/** What puts a style into words. */
import { APACHE_2, type CatalogueEntry, type CatalogueFile, files } from "./catalogue-entry.ts";

const optional = (...paths: readonly string[]): CatalogueFile[] => paths.map((path) => ({ path, optional: true }));
const original = (...paths: readonly string[]): CatalogueFile[] =>
  paths.map((path) => ({ path, as: `original/${path}` }));

const VISION_LANGUAGE_FILES = [
  ...files(
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ),
  ...optional("processor_config.json", "chat_template.json", "chat_template.jinja", "special_tokens_map.json"),
];

export const CAPTIONER_ENTRIES: readonly CatalogueEntry[] = [
  {
    name: "sharegpt4v-7b",
    title: "ShareGPT4V-7B, the paper's captioner; 4.4 GB once converted to 4 bits",
    purpose: "captioner",
    layout: "llava",
    megabytes: 14_130,
    convertedMegabytes: 4700,
    licence: {
      name: "LLaMA 2 Community License, the only one that its authors name",
      url: "https://huggingface.co/Lin-Chen/ShareGPT4V-7B",
    },
    sources: [
      {
        repo: "Lin-Chen/ShareGPT4V-7B",
        revision: "96964e6e799e31f76efed1a80875de2721550790",
        files: original(
          "config.json",
          "pytorch_model.bin.index.json",
          "pytorch_model-00001-of-00002.bin",
          "pytorch_model-00002-of-00002.bin",
          "tokenizer.model",
        ),
      },
      {
        repo: "Lin-Chen/ShareGPT4V-7B_Pretrained_vit-large336-l12",
        revision: "7c7cca174ca36fe4fa29fafa6431f365fc31dac1",
        files: [
          { path: "config.json", as: "original/vision_tower/config.json" },
          { path: "preprocessor_config.json", as: "original/vision_tower/preprocessor_config.json" },
          { path: "pytorch_model.bin", as: "original/vision_tower/pytorch_model.bin" },
        ],
      },
    ],
  },
  {
    name: "smolvlm-256m",
    title: "SmolVLM 256M, a small captioner for machines without a graphics card",
    purpose: "captioner",
    layout: "transformers.js",
    megabytes: 215,
    licence: APACHE_2,
    dtypes: { embed_tokens: "fp16", vision_encoder: "q4", decoder_model_merged: "q4" },
    sources: [
      {
        repo: "HuggingFaceTB/SmolVLM-256M-Instruct",
        revision: "acc054744d60adea9d88214dab6e2219e6e512a7",
        files: [
          ...VISION_LANGUAGE_FILES,
          ...files("onnx/embed_tokens_fp16.onnx", "onnx/vision_encoder_q4.onnx", "onnx/decoder_model_merged_q4.onnx"),
        ],
      },
    ],
  },
  {
    name: "smolvlm-500m",
    title: "SmolVLM 500M, twice the size of the 256M",
    purpose: "captioner",
    layout: "transformers.js",
    megabytes: 400,
    licence: APACHE_2,
    dtypes: { embed_tokens: "fp16", vision_encoder: "q4", decoder_model_merged: "q4" },
    sources: [
      {
        repo: "HuggingFaceTB/SmolVLM-500M-Instruct",
        revision: "a7da5b986cb59b408707209984f360a5f4ad7e47",
        files: [
          ...VISION_LANGUAGE_FILES,
          ...files("onnx/embed_tokens_fp16.onnx", "onnx/vision_encoder_q4.onnx", "onnx/decoder_model_merged_q4.onnx"),
        ],
      },
    ],
  },
  {
    name: "llava-onevision-0.5b",
    title: "LLaVA-OneVision 0.5B, the closest small relative of the paper's captioner",
    purpose: "captioner",
    layout: "transformers.js",
    megabytes: 1400,
    licence: APACHE_2,
    dtypes: { embed_tokens: "fp16", vision_encoder: "fp16", decoder_model_merged: "q4" },
    sources: [
      {
        repo: "llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
        revision: "bcef42bc8d54271d2d66b3e92876c3c9b990ad33",
        files: [
          ...VISION_LANGUAGE_FILES,
          ...files("onnx/embed_tokens_fp16.onnx", "onnx/vision_encoder_fp16.onnx", "onnx/decoder_model_merged_q4.onnx"),
        ],
      },
    ],
  },
];
