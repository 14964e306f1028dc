/** The UNet of a checkpoint as it is recorded for a picture: with an adapter's image and the content's contours, in any form. */
import { controlNet } from "../../../models/controlnet.ts";
import { attendingImage } from "../../../models/ip-adapter.ts";
import { unet, type UNetPlaces } from "../../../models/unet.ts";
import {
  concatenated,
  type Floats,
  type FloatType,
  floatTensor,
  type Graph,
  type GraphOptions,
  op,
  type Value,
} from "../../onnx/index.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import type { Context } from "./inst.ts";
import type { Feeds, Recording, RecordGraph } from "./network-sessions.ts";

export interface UNetRun {
  /** Noisy latents [1, C, h, w], the same for every row. */
  readonly sample: Floats;
  readonly timestep: number;
  /** One for each row, all equally long. */
  readonly contexts: readonly Context[];
}

/** Another form of the UNet, with inputs and outputs of its own. */
export interface UNetForm {
  /** Tells its sessions from others; all that `places` depends on belongs into it. */
  readonly name: string;
  /** Called while the network is recorded; what it puts into `given` is given out. */
  readonly places: (graph: Graph, given: Record<string, Value>, dtype: FloatType) => UNetPlaces;
  readonly feeds?: Feeds;
}

/** Gives `prediction` [contexts, C, h, w], and what `form` gives out. @param products how layers multiply */
export function unetRecording(
  checkpoint: DiffusionCheckpoint,
  run: UNetRun,
  form: UNetForm | undefined,
  products: NonNullable<GraphOptions["products"]>,
): Recording<string> {
  const { sample, timestep, contexts } = run;
  const shapes = shapesOf(run);
  const { hint } = contexts[0]!;
  return {
    key: unetKey(run, form),
    record: recordUNet(checkpoint, run, form),
    feeds: (dtype) => ({
      sample: floatTensor(dtype, { data: concatenated(contexts.map(() => sample.data)), shape: shapes.sample }),
      timestep: floatTensor("float32", { data: Float32Array.of(timestep), shape: [1] }),
      context: floatTensor(dtype, { data: concatenated(contexts.map(({ data }) => data)), shape: shapes.context }),
      ...(hint && { hint: floatTensor(dtype, hint) }),
      ...form?.feeds?.(dtype),
    }),
    options: { arena: true, products },
  };
}

/** Tells what is recorded for runs from each other. */
export function unetKey(run: UNetRun, form?: UNetForm): string {
  const { sample, context, hint } = shapesOf(run);
  return `unet ${form?.name ?? ""} ${sample.join("x")} ${context[1]}${hint ? " hint" : ""}`;
}

function recordUNet(checkpoint: DiffusionCheckpoint, run: UNetRun, form?: UNetForm): RecordGraph<string> {
  const shapes = shapesOf(run);
  return (graph, weights, dtype) => {
    const { config } = checkpoint.unet;
    const { adapter } = checkpoint;
    const [sample, timestep, whole] = [
      graph.input("sample", dtype, shapes.sample),
      graph.input("timestep", "float32", [1]),
      graph.input("context", dtype, shapes.context),
    ];
    const given: Record<string, Value> = {};
    const places = form?.places(graph, given, dtype);
    const length = shapes.context[1]! - (adapter?.config.tokens ?? 0);
    const context = adapter ? op.slice(whole, 1, 0, length) : whole;
    const image = adapter && op.slice(whole, 1, length, shapes.context[1]!);
    const inputs = { sample, timestep, context };
    const beside: UNetPlaces = {
      ...(image && { attendText: attendingImage(weights("adapter"), config, image, adapter.scaleOf) }),
      ...(image &&
        shapes.hint && {
          // In place of the text it was trained to read the image's tokens.
          control: controlNet(
            weights("adapter").scope("controlnet"),
            config,
            { ...inputs, context: image },
            graph.input("hint", dtype, shapes.hint),
          ),
        }),
    };
    const prediction = unet(weights("unet"), config, inputs, { ...places, ...beside });
    return { prediction, ...given };
  };
}

/** The hint is the same for all rows. */
const shapesOf = ({ sample, contexts }: UNetRun) => ({
  sample: sample.shape.with(0, contexts.length),
  context: contexts[0]!.shape.with(0, contexts.length),
  hint: contexts[0]!.hint?.shape,
});
