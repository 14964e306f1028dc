/** The UNet over the steps of one run, where steps take over what others kept (`step-cache.ts`). */
import type { DeepPart } from "../../../models/unet.ts";
import type { TakeText } from "../../../models/spatial-transformer.ts";
import {
  concatenated,
  type Floats,
  type FloatType,
  floatsOf,
  floatTensor,
  inElements,
  op,
  rowsOf,
  type Tensor,
} from "../../onnx/index.ts";
import { elementCount } from "../../onnx/shape.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";
import type { PredictNoise } from "./inst.ts";
import type { CachedStep } from "./step-cache.ts";
import type { UNetForm } from "./unet-recording.ts";

/** What comes up beside the first skip connection is kept: the least that the steps between can do. */
const BRANCH = 0;
const DEEP = "deep";

export class CachedUNet {
  readonly #networks: DiffusionNetworks;
  readonly #steps: readonly CachedStep[];
  /** Deep features of each context, [1, C, h, w]. */
  readonly #deep = new Map<Floats, Floats>();
  /** What each place took from the text, [1, H · W, C], by its path. */
  #text: Readonly<Record<string, Tensor>> = {};
  #done = 0;
  #rows = 0;

  /** @param steps of the run; `predict` is called once for each */
  constructor(networks: DiffusionNetworks, steps: readonly CachedStep[]) {
    this.#networks = networks;
    this.#steps = steps;
  }

  /** Work so far in rows of the whole UNet, counted by multiplications. */
  get rows(): number {
    return this.#rows;
  }

  /** Contexts are told apart by identity: those of one step are those of the next, or some of them. */
  readonly predict: PredictNoise = async (sample, timestep, contexts) => {
    const step = this.#steps[this.#done++]!;
    const predictions: Float32Array[] = [];
    const texts: Readonly<Record<string, Tensor>>[] = [];
    for (const batch of this.#networks.batches({ sample, timestep, contexts })) {
      const run = { sample, timestep, contexts: batch };
      const form = this.#form(step, batch);
      const { prediction, [DEEP]: deep, ...text } = await this.#networks.runUNet(run, form);
      predictions.push(...rowsOf(prediction!));
      if (deep) this.#keepDeep(deep, batch);
      if (step.text === "kept") texts.push(text);
      this.#rows += batch.length * this.#networks.partOfWhole(run, form);
    }
    if (texts.length > 0) this.#text = this.#meanOf(texts);
    return predictions;
  };

  #form(step: CachedStep, contexts: readonly Floats[]): UNetForm {
    const feeds = (dtype: FloatType): Record<string, Tensor> => {
      const fed: Record<string, Tensor> = {};
      if (step.deep === "reused") {
        const rows = contexts.map((context) => this.#deep.get(context)!);
        const shape = rows[0]!.shape.with(0, rows.length);
        fed[DEEP] = floatTensor(dtype, { data: concatenated(rows.map(({ data }) => data)), shape });
      }
      if (step.text === "reused")
        for (const [path, taken] of Object.entries(this.#text)) fed[path] = inElements(dtype, taken);
      return fed;
    };
    // A step before the text is kept gives it out too, and nobody takes it: one session less.
    const text = step.text === "fresh" ? "kept" : step.text;
    return {
      name: `deep ${step.deep}, text ${text}`,
      feeds,
      places: (graph, given, dtype) => {
        const features: DeepPart["features"] = (shape, compute) =>
          step.deep === "reused" ? graph.input(DEEP, dtype, shape) : (given[DEEP] = compute());
        const takeText: TakeText = (path, pixels, compute) => {
          if (text === "reused") return graph.input(path, dtype, pixels.shape.with(0, 1));
          const taken = compute();
          given[path] = taken.shape[0] === 1 ? taken : op.reduceMean(taken, [0]);
          return taken;
        };
        return { ...(step.deep && { deep: { branch: BRANCH, features } }), ...(text && { takeText }) };
      },
    };
  }

  #keepDeep(features: Tensor, contexts: readonly Floats[]): void {
    const shape = features.dims.with(0, 1);
    for (const [i, data] of rowsOf(features).entries()) this.#deep.set(contexts[i]!, { data, shape });
  }

  /** Of batches of one row each, or of one batch that is a mean already. */
  #meanOf(batches: readonly Readonly<Record<string, Tensor>>[]): Readonly<Record<string, Tensor>> {
    const [first, ...others] = batches as [Readonly<Record<string, Tensor>>, ...Readonly<Record<string, Tensor>>[]];
    if (others.length === 0) return first;
    return Object.fromEntries(
      Object.entries(first).map(([path, { dims }]) => {
        const rows = batches.map((batch) => floatsOf(batch[path]!).data);
        const mean = new Float32Array(elementCount(dims));
        for (const row of rows) for (let i = 0; i < mean.length; i++) mean[i]! += row[i]! / rows.length;
        return [path, floatTensor("float32", { data: mean, shape: dims })];
      }),
    );
  }
}
