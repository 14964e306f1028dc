import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { floatsOf, floatTensor, Graph, op, openSession } from "../../src/onnx/index.ts";

describe("a session", () => {
  it("says so when there is no memory, and runs on with less", async () => {
    const graph = new Graph("glutton");
    const x = graph.input("x", "float32", ["rows", 1]);
    const columns = graph.input("columns", "float32", [1, "columns"]);
    graph.output("y", op.mul(x, columns));
    const session = await openSession(graph);
    const ones = (shape: readonly number[]) => {
      const length = shape[0]! * shape[1]!;
      return floatTensor("float32", { data: new Float32Array(length).fill(1), shape });
    };
    // More bytes than a processor of today can address.
    const side = 2 ** 24;
    const large = ones([side, 1]);
    await expect(session.run({ x: large, columns: ones([1, side]) })).rejects.toMatchObject({
      name: "EngineError",
      retryable: false,
      message: expect.stringMatching(
        /^glutton failed: .*allocat.*; choose a smaller picture, or give the machine more memory$/s,
      ) as unknown,
    });
    const { data } = floatsOf(await session.runOne({ x: ones([2, 1]), columns: ones([1, 3]) }));
    expect([...data]).toEqual([1, 1, 1, 1, 1, 1]);
    await session.release();
  });

  it("reports nothing to the makers of onnxruntime", async () => {
    const graph = new Graph("plain");
    graph.output("y", op.mul(graph.input("x", "float32", [1]), graph.input("z", "float32", [1])));
    await (await openSession(graph)).release();
    // Their library keeps a log of its own in every process that it reports from.
    expect(existsSync(path.join(os.tmpdir(), `mat-debug-${process.pid}.log`))).toBe(false);
  });
});
