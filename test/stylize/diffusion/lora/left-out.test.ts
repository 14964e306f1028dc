/** No form of a network may multiply with a weight and leave out what a LoRA adds to it. */
import path from "node:path";

import { beforeAll, expect, it } from "vitest";

import { unet } from "../../../../models/unet.ts";
import { FUSIONS, Graph } from "../../../../src/onnx/graph.ts";
import { Weights } from "../../../../src/onnx/weights.ts";
import {
  type DiffusionCheckpoint,
  placeOfCheckpoint,
  readDiffusionCheckpoint,
} from "../../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { adaptedCheckpoint } from "../../../../src/stylize/diffusion/lora/adapted-checkpoint.ts";
import { FIXTURES } from "../../../models/reference.ts";

let adapted: DiffusionCheckpoint;
beforeAll(async () => {
  const folder = path.join(FIXTURES, "tiny-v1");
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
  const file = path.join(folder, "loras", "kohya.safetensors");
  adapted = await adaptedCheckpoint(checkpoint, [{ name: "kohya", file, version: "", weight: 1 }]);
});

const weightsOf = (graph: Graph): Weights => new Weights(graph, adapted.unet.source, "float32");

it("takes every update with all faster operators too", () => {
  const { config } = adapted.unet;
  const graph = new Graph("unet", { fusions: FUSIONS });
  const w = weightsOf(graph);
  unet(w, config, {
    sample: graph.input("sample", "float32", [1, 4, 8, 8]),
    timestep: graph.input("timestep", "float32", [1]),
    context: graph.input("context", "float32", [1, 77, config.contextWidth]),
  });
  expect(() => w.expectUpdates()).not.toThrow();
  expect(w.isUpdated("conv_in.weight") || w.isUpdated("conv_out.weight")).toBe(true);
});

it("names a layer that forgot them", () => {
  const w = weightsOf(new Graph("forgetful"));
  const name = ["conv_in", "conv_out"].find((layer) => w.isUpdated(`${layer}.weight`))!;
  w.scope(name).tensor("weight", w.shapeOf(`${name}.weight`) as number[]);
  expect(() => w.expectUpdates()).toThrow(`${name}.weight: its updates are left out`);
});
