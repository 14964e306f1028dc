/** Fused operators, which no processor has: what each stands for by its definition, written out again. */
import path from "node:path";

import { describe, expect, it } from "vitest";

import { unet } from "../../models/unet.ts";
import { vaeDecoder } from "../../models/vae.ts";
import { FUSIONS, Graph, type GraphNode, type Value } from "../../src/onnx/graph.ts";
import { floatsOf, floatTensor, op, openSession } from "../../src/onnx/index.ts";
import { Weights } from "../../src/onnx/weights.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { FIXTURES, relativeError } from "../models/reference.ts";

const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(path.join(FIXTURES, "tiny-v1")));

/** The definitions of onnxruntime's contrib operators, in ONNX's own. */
const MEANING: Readonly<Record<string, (inputs: readonly Value[], node: GraphNode) => Value>> = {
  NhwcConv: ([x, weight, bias], { attributes }) => {
    const [out, height, width, inputs] = weight!.shape as [number, number, number, number];
    expect(attributes["kernel_shape"]).toEqual([height, width]);
    const [top, left, bottom, right] = attributes["pads"] as [number, number, number, number];
    const [stride] = attributes["strides"] as [number];
    const kernels = op.transpose(weight!, [0, 3, 1, 2]);
    expect(kernels.shape).toEqual([out, inputs, height, width]);
    const padding = { top, left, bottom, right };
    return op.channelsLast(op.conv(op.channelsFirst(x!), kernels, bias ?? null, { stride, padding }));
  },
  GroupNorm: ([x, gamma, beta], { attributes }) => {
    expect([gamma!.dtype, beta!.dtype, attributes["channels_last"]]).toEqual(["float32", "float32", 1]);
    const { float: epsilon } = attributes["epsilon"] as { float: number };
    const activation = attributes["activation"] === 1 ? "silu" : "none";
    const groups = attributes["groups"] as number;
    return op.channelsLast(op.groupNorm(op.channelsFirst(x!), groups, gamma!, beta!, epsilon, activation));
  },
  BiasSplitGelu: ([x, bias]) => op.geglu(x!, bias!),
  MultiHeadAttention: ([query, ...others]) => {
    expect(others).toEqual([]);
    return op.packedAttention(query!);
  },
};

/** The same graph without fused operators. */
function writtenOut(graph: Graph): Graph {
  const plain = new Graph(graph.name, { attention: "explicit" });
  const known = new Map<string, Value>();
  for (const [name, initializer] of graph.initializers)
    known.set(
      name,
      "external" in initializer
        ? plain.external(name, initializer.external)
        : plain.initializer(name, initializer, initializer.bytes),
    );
  for (const { name, dtype, shape } of graph.inputs) known.set(name, plain.input(name, dtype, shape));
  const ends = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && known.get(input.name)!);
    const [first] = node.outputs as [Value];
    const isFused = node.type !== "MultiHeadAttention" || first.shape.length < node.inputs[0]!.shape.length;
    const meaning = isFused ? MEANING[node.type] : undefined;
    if (ends.has(first.name)) known.set(first.name, plain.output(first.name, inputs[0]!));
    else if (meaning) known.set(first.name, meaning(inputs as Value[], node));
    else {
      const outputs = plain.emitMany(node.type, inputs, node.outputs, node.attributes, node.domain);
      for (const [i, output] of node.outputs.entries()) known.set(output.name, outputs[i]!);
    }
  }
  return plain;
}

async function run(graph: Graph): Promise<Float32Array> {
  const session = await openSession(graph);
  const feeds = graph.inputs.map(({ name, shape }) => {
    const length = (shape as number[]).reduce((product, dim) => product * dim, 1);
    const data = Float32Array.from({ length }, (_, i) => Math.sin(i + name.length));
    return [name, floatTensor("float32", { data, shape: shape as number[] })] as const;
  });
  const { data } = floatsOf(await session.runOne(Object.fromEntries(feeds)));
  await session.release();
  return data;
}

const NETWORKS: Readonly<Record<string, (graph: Graph) => Value>> = {
  UNet: (graph) => {
    const input = (name: string, shape: number[]): Value => graph.input(name, "float32", shape);
    const { config, source } = checkpoint.unet;
    const inputs = {
      sample: input("sample", [1, 4, 8, 8]),
      timestep: input("timestep", [1]),
      context: input("context", [1, 7, config.contextWidth]),
    };
    return unet(new Weights(graph, source, "float32"), config, inputs);
  },
  "VAE decoder": (graph) =>
    vaeDecoder(
      new Weights(graph, checkpoint.vae.source, "float32"),
      checkpoint.vae.config,
      graph.input("latents", "float32", [1, 4, 8, 8]),
    ),
  "GEGLU of Stable Diffusion's first level": (graph) =>
    op.geglu(graph.input("x", "float32", [1, 3, 2560]), graph.input("bias", "float32", [2560])),
};

describe.each(Object.entries(NETWORKS))("%s with fused operators", (_, build) => {
  it("means what it means without", async () => {
    const plain = new Graph("plain", { attention: "explicit" });
    plain.output("y", build(plain));
    const fused = new Graph("fused", { attention: "explicit", fusions: FUSIONS });
    fused.output("y", build(fused));
    expect(() => writtenOut(plain)).not.toThrow();
    expect(fused.nodes.length).toBeLessThan(plain.nodes.length);
    expect(relativeError(await run(writtenOut(fused)), await run(plain))).toBeLessThan(1e-5);
  });
});
