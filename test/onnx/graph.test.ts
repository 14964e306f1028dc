import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bytesOf } from "../../src/onnx/dtype.ts";
import {
  floatsOf,
  floatTensor,
  Graph,
  integerTensor,
  modelBytes,
  op,
  openSession,
  type Value,
} from "../../src/onnx/index.ts";
import { multiplyAdds } from "../../src/onnx/multiply-adds.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "atelier-onnx-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the written model, read by an independent schema", () => {
  it("holds inputs, outputs, names, attributes and initialisers as they were recorded", () => {
    const graph = new Graph("sample");
    const x = graph.input("x", "float32", ["batch", 3, 8, 8]);
    const weight = graph.external("conv.weight", {
      dtype: "float32",
      shape: [2, 3, 3, 3],
      path: "/somewhere/weights.bin",
      offset: 2 ** 33,
      byteLength: 216,
    });
    const y = graph.scoped("stem.conv", () => op.conv(x, weight, null, { stride: 2, padding: 1 }));
    const z = graph.scoped("stem.conv", () => op.leakyRelu(y, 0.25));
    graph.output("y", op.gelu(op.reshape(z, ["batch", 32])));

    const model = fromBinary(ModelProtoSchema, modelBytes(graph));
    expect(model.irVersion).toBe(10n);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ["", 21n],
      ["com.microsoft", 1n],
    ]);
    const proto = model.graph!;
    expect(proto.node.map((node) => node.name)).toEqual([
      "stem.conv/Conv",
      "stem.conv/LeakyRelu",
      "Reshape",
      "Gelu",
      "y",
    ]);
    expect(proto.node[0]!.input).toEqual(["x", "conv.weight"]);
    const attributes = Object.fromEntries(proto.node[0]!.attribute.map((a) => [a.name, a.ints.map(Number)]));
    expect(attributes).toEqual({ kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] });
    expect(proto.node[1]!.attribute[0]!.f).toBe(0.25);
    expect(proto.node[3]!.domain).toBe("com.microsoft");
    const [external, target] = proto.initializer;
    expect(Object.fromEntries(external!.externalData.map((e) => [e.key, e.value]))).toEqual({
      location: "somewhere/weights.bin",
      offset: "8589934592",
      length: "216",
    });
    expect(Buffer.from(target!.rawData).readBigInt64LE(8)).toBe(32n);
    const dims = proto.input[0]!.type!.value.value as { shape: { dim: { value: { value: unknown } }[] } };
    expect(dims.shape.dim.map((dim) => dim.value.value)).toEqual(["batch", 3n, 8n, 8n]);
  });

  it("writes negative integers as 64-bit two's complement", () => {
    const graph = new Graph("negative");
    const x = graph.input("x", "float32", [2, 3]);
    graph.output("y", graph.emit("Softmax", [x], x, { axis: -1 }));
    const model = fromBinary(ModelProtoSchema, modelBytes(graph));
    expect(model.graph!.node[0]!.attribute[0]!.i).toBe(-1n);
  });
});

describe("a graph that is run", () => {
  it("reads external weights where they lie, at any offset", async () => {
    const file = path.join(folder, "weights.bin");
    const numbers = Float32Array.from({ length: 12 }, (_, i) => i - 5);
    writeFileSync(file, Buffer.concat([Buffer.from("head!"), bytesOf(numbers)]));
    const graph = new Graph("external");
    const x = graph.input("x", "float32", ["rows", 4]);
    const tensor = { dtype: "float32", shape: [3, 4], path: file, offset: 5, byteLength: 48 } as const;
    graph.output("y", op.gemm(x, graph.external("w", tensor), null, { transB: true }));
    const session = await openSession(graph);
    const { y } = await session.run({
      x: floatTensor("float32", { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }),
    });
    expect([...floatsOf(y!).data]).toEqual([-30, 10, 50]);
    await session.release();
  });

  it("computes with bytes that are dequantised in place", async () => {
    const file = path.join(folder, "bytes.bin");
    writeFileSync(file, Uint8Array.of(0, 128, 255, 130));
    const graph = new Graph("bytes");
    const tensor = { dtype: "uint8", shape: [2, 2], path: file, offset: 0, byteLength: 4 } as const;
    const scales = graph.constant("float32", [0.5, 2]);
    const zeros = graph.initializer("zeros", { dtype: "uint8", shape: [2] }, Uint8Array.of(128, 128));
    const weight = op.dequantizeLinear(graph.external("w", tensor), scales, zeros, 0);
    graph.output("y", op.matmul(graph.input("x", "float32", [1, 2]), weight));
    const session = await openSession(graph, { prepack: true });
    const { y } = await session.run({ x: floatTensor("float32", { data: Float32Array.of(1, 1), shape: [1, 2] }) });
    expect([...floatsOf(y!).data]).toEqual([-64 + 254, 0 + 4]);
    await session.release();
  });

  it("infers the shapes that onnxruntime finds", async () => {
    const graph = new Graph("shapes");
    const x = graph.input("x", "float32", [1, 4, 7, 5]);
    const kernel = graph.constant("float32", new Float32Array(6 * 4 * 9).fill(0.1), [6, 4, 3, 3]);
    const depthwise = graph.constant("float32", new Float32Array(4 * 9).fill(0.1), [4, 1, 3, 3]);
    const values = {
      strided: op.conv(x, kernel, null, { stride: 2, padding: 1 }),
      lopsided: op.conv(x, kernel, null, { stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } }),
      depthwise: op.conv(x, depthwise, null, { groups: 4, padding: 1 }),
      transposed: op.convTranspose(x, graph.constant("float32", new Float32Array(4 * 2 * 9), [4, 2, 3, 3]), null, {
        stride: 2,
        padding: 1,
        outputPadding: [1, 0],
      }),
      pooled: op.maxPool(x, 2),
      averaged: op.averagePool(x, 3, { stride: 2, padding: 1 }),
      resized: op.resizeNearest(x, 13, 9),
      doubled: op.resizeNearest(x, 14, 10),
      smooth: op.resizeLinear(x, 21, 10),
      sliced: op.slice(x, 3, 1, 4),
      padded: op.pad(x, [0, 0, 1, 2], [0, 0, 0, 3]),
      mirrored: op.padReflect(x, [0, 0, 2, 4]),
      halves: op.split(x, [1, 3], 1)[1]!,
      joined: op.concat([x, x], 2),
      mean: op.reduceMean(x, [2, 3]),
      sum: op.reduceSum(x, [1], false),
      turned: op.transpose(x, [0, 2, 3, 1]),
      gathered: op.gather(x, graph.constant("int64", [3, 0, -1]), 1),
      expanded: op.expand(graph.constant("float32", [1, 2], [2, 1]), [3, 2, 4]),
    };
    for (const [name, value] of Object.entries(values)) graph.output(name, value);
    const session = await openSession(graph);
    const data = Float32Array.from({ length: 140 }, (_, i) => Math.sin(i));
    const results = await session.run({ x: floatTensor("float32", { data, shape: [1, 4, 7, 5] }) });
    const found = Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.dims]));
    expect(found).toEqual(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.shape])));
    await session.release();
  });

  it("mirrors pictures whose size it learns when it runs", async () => {
    const graph = new Graph("open");
    const x = graph.input("x", "float32", [1, 1, "height", "width"]);
    graph.output("y", op.padReflect(x, [0, 0, 0, 2]));
    const session = await openSession(graph);
    const { y } = await session.run({
      x: floatTensor("float32", { data: Float32Array.of(1, 2, 3), shape: [1, 1, 1, 3] }),
    });
    expect(floatsOf(y!)).toEqual({ data: Float32Array.of(3, 2, 1, 2, 3, 2, 1), shape: [1, 1, 1, 7] });
    await session.release();
  });

  it("attends the same in the fused and in the explicit form, with a causal bias", async () => {
    const run = async (attention: "fused" | "explicit"): Promise<Float32Array> => {
      const graph = new Graph("attention", { attention });
      const [q, k, v] = ["q", "k", "v"].map((name) => graph.input(name, "float32", [2, 6, 8]));
      graph.output("y", op.attention(q!, k!, v!, { heads: 2, bias: op.causalBias(q!, 6) }));
      const session = await openSession(graph);
      const feed = (phase: number) =>
        floatTensor("float32", {
          data: Float32Array.from({ length: 96 }, (_, i) => Math.sin(i * phase)),
          shape: [2, 6, 8],
        });
      const { y } = await session.run({ q: feed(1), k: feed(2), v: feed(3) });
      await session.release();
      return floatsOf(y!).data;
    };
    const [fused, explicit] = [await run("fused"), await run("explicit")];
    fused.forEach((value, i) => expect(value).toBeCloseTo(explicit[i]!, 5));
  });

  it("takes integers and half precision", async () => {
    const graph = new Graph("mixed");
    const table = graph.constant("float16", [1.5, -2, 0.1, 65504], [4, 1]);
    graph.output("y", op.scale(op.gather(table, graph.input("ids", "int64", ["n"])), 2));
    const session = await openSession(graph);
    const { y } = await session.run({ ids: integerTensor([1, 2, 0], [3]) });
    const [a, b, c] = floatsOf(y!).data;
    expect([a, c]).toEqual([-4, 3]);
    expect(b).toBeCloseTo(0.2, 3);
    await session.release();
  });

  it("reports what onnxruntime refuses as an error of the engine", async () => {
    const graph = new Graph("missing");
    const tensor = {
      dtype: "float32",
      shape: [2],
      path: path.join(folder, "gone.bin"),
      offset: 0,
      byteLength: 8,
    } as const;
    graph.output("y", op.add(graph.input("x", "float32", [2]), graph.external("w", tensor)));
    await expect(openSession(graph)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/cannot open missing on cpu/) as unknown,
    });
  });
});

describe("a convolution of a doubled picture", () => {
  const kernel = Array.from({ length: 5 * 3 * 9 }, (_, i) => Math.sin(i * i));
  const results = (convolution: "plain" | "blocked") => {
    const graph = new Graph("doubled", { convolution });
    const x = graph.input("x", "float32", [2, 3, 7, 4]);
    const weight = graph.constant("float32", kernel, [5, 3, 3, 3]);
    const bias = graph.constant("float32", [1, 2, 3, 4, 5]);
    const whole = (): Value => op.conv(op.resizeNearest(x, 14, 8), weight, bias, { padding: 1 });
    graph.output("y", convolution === "plain" ? whole() : op.convOfDoubled(x, weight, bias));
    return graph;
  };

  it("is the same from the picture as it is, at less than half of the products", async () => {
    const data = Float32Array.from({ length: 2 * 3 * 7 * 4 }, (_, i) => Math.cos(i));
    const [whole, quarters] = [results("plain"), results("blocked")];
    const run = async (graph: Graph) => {
      const session = await openSession(graph);
      const result = floatsOf(await session.runOne({ x: floatTensor("float32", { data, shape: [2, 3, 7, 4] }) }));
      await session.release();
      return result;
    };
    const [expected, given] = [await run(whole), await run(quarters)];
    expect(given.shape).toEqual(expected.shape);
    given.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i]!, 4));
    expect(multiplyAdds(quarters) / multiplyAdds(whole)).toBeCloseTo(16 / 36, 10);
  });
});

describe("mistakes while recording", () => {
  const graph = new Graph("mistakes");
  const x = graph.input("x", "float32", [2, 3]);
  const h = graph.input("h", "float16", [2, 3]);

  it.each([
    ["element types", () => op.add(x, h), /Add: x is float32 but h is float16/],
    ["shapes that do not broadcast", () => op.add(x, graph.constant("float32", [1, 2])), /do not broadcast/],
    ["matrices that do not multiply", () => op.matmul(x, x), /do not multiply/],
    ["reshape to another size", () => op.reshape(x, [7]), /does not hold/],
    ["a mirror larger than the picture", () => op.padReflect(x, [0, 3]), /has not 3 elements to mirror/],
    ["values of another graph", () => op.add(new Graph("other").input("y", "float32", [2, 3]), x), /another graph/],
    ["two values of one name", () => graph.input("x", "float32", [1]), /already has a value called x/],
    ["a shape that is none", () => graph.input("z", "float32", [-1]), /not a shape/],
  ])("refuses %s", (_, record, message) => {
    expect(record).toThrow(message);
  });
});
