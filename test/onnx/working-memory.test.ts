/** What a session is counted for, by hand for small graphs. */
import { describe, expect, it } from "vitest";

import { Graph, op } from "../../src/onnx/index.ts";
import { sessionBytes, workingBytes } from "../../src/onnx/working-memory.ts";

const MIB = 1 << 20;

describe("working memory", () => {
  it("is the most that is alive at once", () => {
    const graph = new Graph("chain");
    const x = graph.input("x", "float32", [1, 1, 100]);
    const wide = op.expand(x, [1, 10, 100]);
    const narrow = op.reduceSum(wide, [1]);
    graph.output("y", op.expand(narrow, [1, 3, 100]));
    // x lasts to the end, the wide one beside the narrow one, which lasts to the result.
    expect(workingBytes(graph)).toBe(4 * (100 + 1000 + 100));
  });

  it("counts no view twice, no weight, and nothing that is computed of weights alone", () => {
    const graph = new Graph("views");
    const x = graph.input("x", "float32", [10, 10]);
    const weight = graph.constant("float16", Array<number>(1000).fill(1), [10, 100]);
    const y = op.matmul(op.reshape(op.reshape(x, [100]), [10, 10]), op.cast(weight, "float32"));
    graph.output("y", op.reshape(y, [1000]));
    expect(workingBytes(graph)).toBe(4 * (100 + 1000));
  });

  it("lets a sum take the place of what it ends", () => {
    const graph = new Graph("in place");
    const x = graph.input("x", "float32", [50]);
    graph.output("y", op.add(op.scale(x, 2), x));
    expect(workingBytes(graph)).toBe(4 * (50 + 50));
  });

  it("knows sizes by their names, sums of names too", () => {
    const graph = new Graph("named");
    const x = graph.input("x", "float32", [1, "past"]);
    graph.output("y", op.concat([x, graph.input("z", "float32", [1, "new"])], 1));
    expect(workingBytes(graph, { past: 30, new: 12 })).toBe(4 * (2 * (30 + 12)));
  });
});

describe("what a session holds", () => {
  const graph = new Graph("one convolution");
  const x = graph.input("x", "float32", [1, 4, 256, 256]);
  graph.output("y", op.conv(x, graph.constant("float32", Array<number>(16).fill(1), [4, 4, 1, 1])));

  it("is its weights on a processor, which reads them where they lie", () => {
    expect(sessionBytes(graph, 7 * MIB, "cpu")).toBe(7 * MIB);
  });

  it("is on CUDA its weights, and an arena of a power of two that has the library's workspace in it", () => {
    // 1 MiB in, 1 MiB out, 4.5 MiB of workspace.
    expect(sessionBytes(graph, 7 * MIB, "cuda")).toBe(7 * MIB + 8 * MIB);
  });
});
