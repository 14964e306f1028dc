import { readFileSync } from "node:fs";
import path from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { clipText, clipTextConfigSchema, tokenEmbeddings } from "../../models/clip-text.ts";
import { unet, unetConfigSchema } from "../../models/unet.ts";
import { vaeConfigSchema, vaeDecoder, vaeEncoder } from "../../models/vae.ts";
import {
  type Floats,
  floatsOf,
  floatTensor,
  Graph,
  integerTensor,
  openSession,
  type Tensor,
  type Value,
} from "../../src/onnx/index.ts";
import { readSafetensors } from "../../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../../src/onnx/files/tensor-source.ts";
import { Weights } from "../../src/onnx/weights.ts";
import { FIXTURES, PIPELINES, readReference, type Reference, relativeError } from "./reference.ts";

const run = async (build: (graph: Graph) => Value, feeds: Record<string, Tensor>): Promise<Floats> => {
  const graph = new Graph("test");
  graph.output("result", build(graph));
  const session = await openSession(graph);
  const result = floatsOf(await session.runOne(feeds));
  await session.release();
  return result;
};

const feed = (floats: Floats): Tensor => floatTensor("float32", floats);

describe.each(PIPELINES)("the networks of %s against PyTorch", (name) => {
  const folder = path.join(FIXTURES, name);
  const config = (part: string): unknown => JSON.parse(readFileSync(path.join(folder, part, "config.json"), "utf8"));
  let reference: Reference;
  let sources: Record<"text_encoder" | "unet" | "vae", TensorSource>;

  beforeAll(async () => {
    reference = await readReference(path.join(folder, "networks.safetensors"));
    const read = (part: string, file = "diffusion_pytorch_model") =>
      readSafetensors(path.join(folder, part, `${file}.safetensors`));
    sources = { text_encoder: await read("text_encoder", "model"), unet: await read("unet"), vae: await read("vae") };
  });

  it.each([0, 1, 2])("encodes the text %i from its token ids", async (i) => {
    const text = clipTextConfigSchema.parse(config("text_encoder"));
    const ids = reference.integers(`text.${i}.ids`);
    const states = await run(
      (graph) => {
        const w = new Weights(graph, sources.text_encoder, "float32");
        return clipText(w, text, tokenEmbeddings(w, text, graph.input("ids", "int64", [1, 77])));
      },
      { ids: integerTensor(ids, [1, 77]) },
    );
    expect(relativeError(states.data, reference.floats(`text.${i}.states`).data)).toBeLessThan(1e-5);
  });

  it("encodes token embeddings, a learned vector among them", async () => {
    const text = clipTextConfigSchema.parse(config("text_encoder"));
    const embeddings = reference.floats("text.embeddings");
    const states = await run(
      (graph) =>
        clipText(
          new Weights(graph, sources.text_encoder, "float32"),
          text,
          graph.input("x", "float32", embeddings.shape),
        ),
      { x: feed(embeddings) },
    );
    expect(relativeError(states.data, reference.floats("text.embeddings.states").data)).toBeLessThan(1e-5);
  });

  it("predicts noise at three timesteps and two sizes, an odd one among them", async () => {
    const sizes = reference.source.names.filter((key) => key.endsWith(".sample"));
    expect(sizes).toHaveLength(2);
    const context = reference.floats("unet.context");
    for (const key of sizes) {
      const sample = reference.floats(key);
      const graph = new Graph("unet");
      const prediction = unet(new Weights(graph, sources.unet, "float32"), unetConfigSchema.parse(config("unet")), {
        sample: graph.input("sample", "float32", sample.shape),
        timestep: graph.input("timestep", "float32", [1]),
        context: graph.input("context", "float32", context.shape),
      });
      graph.output("prediction", prediction);
      const session = await openSession(graph);
      for (const t of [1, 481, 981]) {
        const timestep = feed({ data: Float32Array.of(t), shape: [1] });
        const result = floatsOf(await session.runOne({ sample: feed(sample), timestep, context: feed(context) }));
        const expected = reference.floats(key.replace("sample", String(t)));
        expect(relativeError(result.data, expected.data)).toBeLessThan(1e-5);
      }
      await session.release();
    }
  });

  it("encodes pictures", async () => {
    const picture = reference.floats("vae.picture");
    const vae = vaeConfigSchema.parse(config("vae"));
    const moments = await run(
      (graph) =>
        vaeEncoder(new Weights(graph, sources.vae, "float32"), vae, graph.input("x", "float32", picture.shape)),
      { x: feed(picture) },
    );
    const expected = reference.floats("vae.moments");
    expect(moments.shape).toEqual(expected.shape);
    expect(relativeError(moments.data, expected.data)).toBeLessThan(1e-5);
  });

  it("decodes latents", async () => {
    const latents = reference.floats("vae.latents");
    const vae = vaeConfigSchema.parse(config("vae"));
    const picture = await run(
      (graph) =>
        vaeDecoder(new Weights(graph, sources.vae, "float32"), vae, graph.input("x", "float32", latents.shape)),
      { x: feed(latents) },
    );
    const expected = reference.floats("vae.decoded");
    expect(picture.shape).toEqual(expected.shape);
    expect(relativeError(picture.data, expected.data)).toBeLessThan(1e-5);
  });
});
