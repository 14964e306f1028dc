/** The settings files of a converted captioner, with what transformers.js needs and published ones leave out. */
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import type { LlavaConfig } from "../../../../models/llava.ts";
import { exists } from "../../../exists.ts";
import { FILES } from "./conversion-plan.ts";
import { tokenizerJson } from "./sentencepiece.ts";
import type { PublishedLlava } from "./source.ts";

/** Vicuna's conversation (`vicuna_v1` in LLaVA), which ShareGPT4V was tuned on; the picture comes first. */
const CHAT_TEMPLATE =
  "{{ bos_token }}A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, " +
  "detailed, and polite answers to the user's questions. {% for message in messages %}{% if message['role'] == 'user' %}" +
  "USER: {% for part in message['content'] %}{% if part['type'] == 'image' %}<image>\n{% endif %}{% endfor %}" +
  "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %} " +
  "{% else %}ASSISTANT: {{ message['content'][0]['text'] }}{{ eos_token }}{% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}ASSISTANT:{% endif %}";

/** Writes everything but the graphs and their data. */
export async function writeSettings(
  published: PublishedLlava,
  config: LlavaConfig,
  from: string,
  to: string,
): Promise<void> {
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(path.join(to, name), `${JSON.stringify(value, null, 2)}\n`);
  const { text } = config;
  const externalData = Object.values(FILES).map((file) => [file.replace(/(_fp16|_q4)?\.onnx$/, ""), 1]);
  await write("config.json", {
    ...published.config,
    image_token_index: config.imageToken,
    text_config: {
      ...(published.config["text_config"] as object),
      model_type: "llama",
      // Left out by the hub's files, as Python fills them in:
      hidden_size: text.width,
      intermediate_size: text.innerWidth,
      num_hidden_layers: text.layers,
      num_attention_heads: text.heads,
      num_key_value_heads: text.kvHeads,
      head_dim: text.headWidth,
      vocab_size: text.vocabulary,
    },
    "transformers.js_config": {
      dtype: { vision_encoder: "fp16", embed_tokens: "fp16", decoder_model_merged: "q4" },
      use_external_data_format: Object.fromEntries(externalData),
    },
  });
  await write("generation_config.json", { bos_token_id: 1, eos_token_id: 2, pad_token_id: config.imageToken + 1 });
  await write("preprocessor_config.json", {
    ...published.preprocessor,
    image_processor_type: "CLIPImageProcessor",
    processor_class: "LlavaProcessor",
  });
  await write("processor_config.json", {
    processor_class: "LlavaProcessor",
    image_token: "<image>",
    patch_size: config.vision.patchSize,
    num_additional_image_tokens: 0, // transformers.js adds it without taking the class token off again
    vision_feature_select_strategy: "default",
  });
  await write("tokenizer_config.json", {
    tokenizer_class: "LlamaTokenizer",
    bos_token: "<s>",
    eos_token: "</s>",
    unk_token: "<unk>",
    pad_token: "<pad>",
    add_bos_token: true,
    clean_up_tokenization_spaces: false,
    chat_template: CHAT_TEMPLATE,
  });
  await writeTokenizer(from, to);
}

async function writeTokenizer(from: string, to: string): Promise<void> {
  const published = path.join(from, "tokenizer.json");
  const target = path.join(to, "tokenizer.json");
  if (await exists(published)) return copyFile(published, target);
  const model = path.join(from, "tokenizer.model");
  await writeFile(target, JSON.stringify(tokenizerJson(await readFile(model), ["<image>", "<pad>"], model)));
}
