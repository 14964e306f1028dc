import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

import { u2netP } from "../../models/u2net-p.ts";
import { readSafetensors } from "../../src/onnx/files/safetensors.ts";
import { Graph, openSession, Tensor } from "../../src/onnx/index.ts";
import { Weights } from "../../src/onnx/weights.ts";

const SIDE = 320;

/** What the publisher's float32 network makes of a striped ellipse before a gradient, at a few places [x, y, value]. */
const REFERENCE = [
  [0, 0, 0.001],
  [190, 150, 1],
  [128, 150, 0.0083],
  [132, 150, 0.9972],
  [190, 62, 0.9984],
  [190, 238, 0.9986],
  [255, 150, 0.0001],
  [300, 20, 0],
  [20, 300, 0],
  [160, 80, 0.9999],
  [319, 319, 0.001],
] as const;

it("finds the subject that the publisher's network finds, to a hundredth: its weights are kept in half precision", async () => {
  const plane = SIDE * SIDE;
  const rgb = new Float32Array(3 * plane);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const inside = Math.hypot((x - 190) / 60, (y - 150) / 90) < 1;
      const colour = inside ? [0.9, 0.3 + 0.2 * Math.sin(x / 5), 0.2] : [0.35 + y / 800, 0.5 + y / 900, 0.7];
      for (const [c, value] of colour.entries()) rgb[c * plane + y * SIDE + x] = value;
    }
  }
  const source = await readSafetensors(
    fileURLToPath(new URL("../../models/u2net-p/u2net-p.safetensors", import.meta.url)),
  );
  const graph = new Graph("u2net-p");
  const shape = [1, 3, SIDE, SIDE];
  graph.output("subject", u2netP(new Weights(graph, source, "float32"), graph.input("rgb", "float32", shape)));
  const session = await openSession(graph, { arena: false });
  const subject = await session.runOne({ rgb: new Tensor("float32", rgb, shape) });
  const found = subject.data as Float32Array;
  for (const [x, y, value] of REFERENCE) expect(Math.abs(found[y * SIDE + x]! - value)).toBeLessThan(0.01);
  await session.release();
});
