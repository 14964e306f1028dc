/** A process that runs the trial of each fused operator on CUDA, and writes what came of it as one line of JSON. */
import { messageOf } from "../../../src/errors.ts";
import { runTrial } from "../../../src/onnx/device-trials.ts";
import { FUSIONS } from "../../../src/onnx/graph.ts";
import { TRIAL_NETWORKS } from "../../../src/onnx/trial-networks.ts";

const results: Record<string, string> = {};
for (const fusion of FUSIONS)
  for (const dtype of ["float32", "float16"] as const) {
    const network = TRIAL_NETWORKS.find(({ other }) => other?.form === fusion)!;
    const run = runTrial("cuda", network, fusion, dtype);
    results[`${fusion} ${dtype}`] = await run.then(({ length }) => `${length} numbers`, messageOf);
  }
process.stdout.write(JSON.stringify(results), () => process.exit(0));
