/** Whether WebGPU computes here: on software Vulkan (Mesa's lavapipe, 25 or newer) or on a card. */
import { existsSync } from "node:fs";

import { explainFault } from "../../src/engine/choose-device.ts";
import { messageOf } from "../../src/errors.ts";
import { floatTensor, Graph, op, openSession } from "../../src/onnx/index.ts";

/** Debian's and others' manifest of lavapipe. */
const MANIFESTS = ["lvp_icd.json", "lvp_icd.x86_64.json", "lvp_icd.aarch64.json"].map(
  (name) => `/usr/share/vulkan/icd.d/${name}`,
);

/** The same device on every machine: the software one where there is it, unless another is asked for. */
process.env["VK_DRIVER_FILES"] ??= MANIFESTS.find((file) => existsSync(file)) ?? "";
// Half of what it compiles for 256 bits: cold runs take half as long.
process.env["LP_NATIVE_VECTOR_WIDTH"] ??= "128";

/** Why there is none, for the title of what is skipped; `null` where there is one. */
export const missing = await tryWebGpu().then(
  () => null,
  (error: unknown) => {
    // Where a driver was installed for these tests, nothing is skipped.
    if (process.env["REQUIRE_WEBGPU"]) throw error;
    return explainFault("webgpu", messageOf(error), "");
  },
);

async function tryWebGpu(): Promise<void> {
  const graph = new Graph("adapter");
  graph.output("y", op.neg(graph.input("x", "float32", [1])));
  const session = await openSession(graph, { device: "webgpu" });
  await session.runOne({ x: floatTensor("float32", { data: Float32Array.of(1), shape: [1] }) });
  await session.release();
}

/** What is added to the title of what is skipped. */
export const whySkipped = missing === null ? "" : ` (skipped: ${missing})`;
