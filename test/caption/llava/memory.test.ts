import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { describe, expect, it } from "vitest";

/** Asks for 64 terabytes in a process of its own. */
const SCRIPT = `
  import { Graph, op, openSession, floatTensor } from "${path.resolve(import.meta.dirname, "../../../src/onnx/index.ts")}";
  const graph = new Graph("huge");
  const x = graph.input("x", "float32", ["n"]);
  graph.output("y", op.expand(op.reshape(x, ["n", 1]), [1, 2 ** 44]));
  const session = await openSession(graph);
  await session.run({ x: floatTensor("float32", { data: new Float32Array(1), shape: [1] }) }).catch((error) => console.log(error.message));
  console.log("alive");
`;

describe("memory that is not there", () => {
  it("is an error with advice, after which the process lives on", async () => {
    const args = ["--import", "tsx", "--input-type=module", "--eval", SCRIPT];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/^huge failed: .*alloc.*give the machine more memory\nalive/is);
  });
});
