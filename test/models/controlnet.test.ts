/** ControlNet and the detector of edges against diffusers and PyTorch, on StyleShot's tiny files; and at their real sizes, counted. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { controlHint, controlNet } from "../../models/controlnet.ts";
import { HED_MULTIPLE, hedEdges } from "../../models/hed.ts";
import { attendingImage } from "../../models/ip-adapter.ts";
import { styleShotName } from "../../models/styleshot.ts";
import { unet, type UNetConfig, unetConfigSchema } from "../../models/unet.ts";
import { renamed, type TensorSource } from "../../src/onnx/files/tensor-source.ts";
import { readWeights } from "../../src/onnx/files/weights-file.ts";
import { concatenated, type Floats, floatsOf, floatTensor, Graph, openSession, op } from "../../src/onnx/index.ts";
import { Weights } from "../../src/onnx/weights.ts";
import { UNET_V1 } from "../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { FIXTURES, PIPELINES, readReference, relativeError } from "./reference.ts";

const configOf = (folder: string): UNetConfig =>
  unetConfigSchema.parse(JSON.parse(readFileSync(path.join(folder, "unet/config.json"), "utf8")));

describe.each(PIPELINES)("ControlNet on %s", (name) => {
  const folder = path.join(FIXTURES, name);

  it("is to the UNet what it is in diffusers, with tokens of a style in place of the text", async () => {
    const config = configOf(folder);
    const reference = await readReference(path.join(folder, "styleshot/expected.safetensors"));
    const text = (await readReference(path.join(folder, "networks.safetensors"))).floats("unet.context");
    const [tokens, negative] = [reference.floats("tokens"), reference.floats("negative")];
    const given = {
      sample: reference.floats("sample"),
      timestep: { data: Float32Array.of(481), shape: [1] },
      text,
      tokens: { data: concatenated([negative.data, tokens.data]), shape: tokens.shape.with(0, 2) },
      picture: reference.floats("control.picture"),
    };
    const graph = new Graph("controlled");
    const inputs = Object.entries(given).map(([key, { shape }]) => [key, graph.input(key, "float32", shape)] as const);
    const { sample, timestep, text: context, tokens: style, picture } = Object.fromEntries(inputs);
    const files = renamed(await readWeights(path.join(folder, "styleshot/ip.bin")), styleShotName);
    const adapter = new Weights(graph, files, "float32");
    const network = new Weights(
      graph,
      await readWeights(path.join(folder, "unet/diffusion_pytorch_model.safetensors")),
      "float32",
    );
    const control = adapter.scope("controlnet");
    const at = { sample: sample!, timestep: timestep! };
    const hint = controlHint(control, config, picture!);
    const added = controlNet(control, config, { ...at, context: style! }, hint);
    graph.output("hint", hint);
    graph.output("middle", added.atMiddle());
    const attendText = attendingImage(adapter, config, style!, () => 1);
    graph.output("prediction", unet(network, config, { ...at, context: context! }, { attendText, control: added }));
    const session = await openSession(graph);
    const feeds = Object.entries(given).map(([key, floats]) => [key, floatTensor("float32", floats as Floats)]);
    const results = await session.run(Object.fromEntries(feeds) as Parameters<typeof session.run>[0]);
    for (const key of ["hint", "middle", "prediction"] as const) {
      const expected = reference.floats(`control.${key}`);
      expect(relativeError(floatsOf(results[key]!).data, expected.data)).toBeLessThan(1e-5);
    }
    await session.release();
  });

  it("is sure of the edges that PyTorch is sure of", async () => {
    const reference = await readReference(path.join(folder, "styleshot/expected.safetensors"));
    const runs = await readReference(path.join(folder, "runs.safetensors"));
    const { width, height, data } = runs.picture("default.content");
    expect([width % HED_MULTIPLE, height % HED_MULTIPLE]).toEqual([0, 0]);
    const graph = new Graph("edges");
    const weights = new Weights(graph, await readWeights(path.join(folder, "styleshot/ControlNetHED.pth")), "float32");
    const rows = graph.input("x", "float32", [1, height, width, 3]);
    graph.output("edges", hedEdges(weights, op.transpose(rows, [0, 3, 1, 2])));
    const session = await openSession(graph);
    const floats = { data: Float32Array.from(data), shape: [1, height, width, 3] };
    const edges = floatsOf(await session.runOne({ x: floatTensor("float32", floats) }));
    expect(edges.shape).toEqual([1, 1, height, width]);
    expect(relativeError(edges.data, reference.floats("edges").data)).toBeLessThan(1e-5);
    await session.release();
  });
});

/** What a network asks for, counted, where only queries, keys and values have no bias. @param shapes those that it looks up */
function counting(shapes: Readonly<Record<string, readonly number[]>>): { source: TensorSource; sum: () => number } {
  const asked = new Map<string, number>();
  const source: TensorSource = {
    label: "published",
    names: Object.keys(shapes),
    find(name, wanted) {
      const shape = wanted ?? shapes[name] ?? (/(?<!to_[qkv])\.bias$/.test(name) ? [] : undefined);
      if (!shape) return undefined;
      const count = shape.reduce((a, b) => a * b, 1);
      if (wanted) asked.set(name, count);
      return { path: "published", offset: 0, byteLength: 4 * count, dtype: "float32", shape };
    },
  };
  return { source, sum: () => [...asked.values()].reduce((a, b) => a + b, 0) };
}

describe("at their published sizes", () => {
  it("ControlNet asks for the 361.3 million weights of Stable Diffusion 1's", () => {
    const widths = [16, 16, 32, 32, 96, 96, 256];
    const embedding = Object.fromEntries(
      widths.map((width, i) => [
        `controlnet_cond_embedding.${i === 0 ? "conv_in" : `blocks.${i - 1}`}.weight`,
        [width, 0],
      ]),
    );
    const { source, sum } = counting(embedding);
    const graph = new Graph("controlnet");
    const weights = new Weights(graph, source, "float32");
    const config = unetConfigSchema.parse(UNET_V1);
    const hint = controlHint(weights, config, graph.input("picture", "float32", [1, 3, 64, 64]));
    expect(hint.shape).toEqual([1, 320, 8, 8]);
    const inputs = {
      sample: graph.input("sample", "float32", [1, 4, 8, 8]),
      timestep: graph.input("timestep", "float32", [1]),
      context: graph.input("context", "float32", [1, 6, 768]),
    };
    const { atSkip, atMiddle } = controlNet(weights, config, inputs, hint);
    const shapes = [...Array.from({ length: 12 }, (_, i) => atSkip(i)), atMiddle()].map(({ shape }) => shape[1]);
    expect(shapes).toEqual([320, 320, 320, 320, 640, 640, 640, 1280, 1280, 1280, 1280, 1280, 1280]);
    expect(sum()).toBe(361_279_120);
  });

  it("the detector of edges asks for what the published 29,444,406 bytes hold, in halves", () => {
    const sizes = [
      [64, 2],
      [128, 2],
      [256, 3],
      [512, 3],
      [512, 3],
    ] as const;
    const shapes = sizes.flatMap(([width, count], i) =>
      Array.from({ length: count }, (_, m) => [`block${i + 1}.convs.${m}.weight`, [width, 0]] as const),
    );
    const { source, sum } = counting(Object.fromEntries(shapes));
    const graph = new Graph("hed");
    hedEdges(new Weights(graph, source, "float32"), graph.input("x", "float32", [1, 3, 64, 64]));
    const ofNames = 29_444_406 - 2 * sum();
    expect(ofNames).toBeGreaterThan(0);
    expect(ofNames).toBeLessThan(20_000);
  });
});
