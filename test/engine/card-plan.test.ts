/** What Stable Diffusion v1.4 and a 7B captioner hold of a card, from their graphs, against cards of 8 and of 6 GB. */
import { describe, expect, it } from "vitest";

import { clipText, clipTextConfigSchema, tokenEmbeddings } from "../../models/clip-text.ts";
import { llavaConfigSchema } from "../../models/llava.ts";
import { unet, unetConfigSchema } from "../../models/unet.ts";
import { vaeConfigSchema, vaeDecoder, vaeEncoder } from "../../models/vae.ts";
import { SHAREGPT4V } from "../../src/bench/random-captioner.ts";
import { decoderSession, visionSession } from "../../src/caption/llava/networks.ts";
import { cardBudget } from "../../src/engine/card.ts";
import { bytesPerElement } from "../../src/onnx/dtype.ts";
import type { TensorSource } from "../../src/onnx/files/tensor-source.ts";
import { Graph, type Value } from "../../src/onnx/index.ts";
import { elementCount } from "../../src/onnx/shape.ts";
import { Weights } from "../../src/onnx/weights.ts";
import { sessionBytes } from "../../src/onnx/working-memory.ts";
import { TEXT_V1, UNET_V1, VAE_V1 } from "../../src/stylize/diffusion/diffusion-checkpoint.ts";

/** A source that has whatever is asked for: layers of the language model in 4 bits, as the conversion keeps them. */
const everything: TensorSource = {
  label: "made up",
  names: ["lm_head.weight_q4"],
  find: (name, shape) => {
    const isQuantised = /weight_(?:q4|zero)$/.test(name);
    if (!shape && isQuantised && !name.startsWith("language_model")) return undefined;
    if (!shape && /transformer_blocks.*\.to_[qkv]\.bias$/.test(name)) return undefined;
    const dtype = isQuantised ? "uint8" : "float16";
    // Blocks of 128, two numbers a byte; of 32 in the last layer.
    const known = shape ?? [1, 1, name.includes("lm_head") ? 16 : 64];
    const byteLength = elementCount(known) * bytesPerElement(dtype);
    return { dtype, shape: known, path: "/made-up", offset: 0, byteLength };
  },
};

function bytesOf(build: (graph: Graph, weights: Weights) => Value): number {
  const graph = new Graph("plan");
  const weights = new Weights(graph, everything, "float16");
  graph.output("y", build(graph, weights));
  return sessionBytes(graph, weights.bytes, "cuda");
}

const text = clipTextConfigSchema.parse(TEXT_V1);
const vae = vaeConfigSchema.parse(VAE_V1);
const painter = unetConfigSchema.parse({ attention_head_dim: 8, ...UNET_V1 });

const holds = {
  text: bytesOf((graph, w) => clipText(w, text, tokenEmbeddings(w, text, graph.input("ids", "int64", [1, 77])))),
  encoder: bytesOf((graph, w) => vaeEncoder(w, vae, graph.input("x", "float16", [1, 3, 512, 512]))),
  ...(Object.fromEntries(
    [1, 2].map((rows) => [
      `unet${rows}`,
      bytesOf((graph, w) =>
        unet(w, painter, {
          sample: graph.input("sample", "float16", [rows, 4, 64, 64]),
          timestep: graph.input("timestep", "float32", [1]),
          context: graph.input("context", "float16", [rows, 77, 768]),
        }),
      ),
    ]),
  ) as Record<"unet1" | "unet2", number>),
  decoder: bytesOf((graph, w) => vaeDecoder(w, vae, graph.input("x", "float16", [1, 4, 64, 64]))),
};

const llava = llavaConfigSchema.parse(SHAREGPT4V);
const on = { device: "cuda", dtype: "float16", attention: "fused" } as const;
const captioner = {
  vision: visionSession(everything, llava, on).bytes,
  decoder: decoderSession(everything, llava.text, { ...on, table: everything }).bytes,
};

const GIB = 2 ** 30;
/** A card of so many GiB whose desktop has taken a little. */
const budgetOf = (gib: number): number =>
  cardBudget(
    "cuda",
    { name: "", driver: "", capability: null, totalBytes: gib * GIB, freeBytes: (gib - 0.6) * GIB },
    undefined,
  )!;

const sum = (...parts: readonly number[]): number => parts.reduce((all, part) => all + part, 0);

describe("Stable Diffusion v1.4 in half precision at 512 pixels", () => {
  it("paints on 8 GB beside the captioner's language model, which stays open", () => {
    const room = budgetOf(8) - captioner.decoder;
    // What a picture needs once is closed before the UNet, and the UNet before the decoder, where both have no room.
    for (const bytes of [sum(holds.text, holds.encoder), holds.unet1, holds.decoder]) expect(bytes).toBeLessThan(room);
  });

  it("paints on 6 GB without it, and nothing of a picture needs to be closed", () => {
    expect(sum(holds.text, holds.encoder, holds.unet1, holds.decoder)).toBeLessThan(budgetOf(6));
  });

  it("has both forms of the UNet on 8 GB without the captioner", () => {
    expect(sum(holds.text, holds.encoder, holds.unet1, holds.unet2, holds.decoder)).toBeLessThan(budgetOf(8));
  });

  it("is described on 8 GB, and on 6", () => {
    expect(sum(captioner.vision, captioner.decoder)).toBeLessThan(budgetOf(8));
    expect(captioner.decoder).toBeLessThan(budgetOf(6));
  });
});
