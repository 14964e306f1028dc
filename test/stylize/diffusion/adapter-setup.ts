/** What tests of image adapters begin with: a tiny pipeline, its runs, what the reference made of an adapter, and a folder. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll } from "vitest";

import type { Context } from "../../../src/stylize/diffusion/inst.ts";
import type { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { concatenated, type Floats } from "../../../src/onnx/index.ts";
import { readReference, type Reference } from "../../models/reference.ts";
import { seenOf } from "./adapter-input.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

export interface AdapterSetup {
  readonly pipeline: Pipeline;
  readonly runs: Reference;
  readonly reference: Reference;
  /** For models that are installed; empty at first. */
  readonly modelsDir: string;
}

/** Opened before the tests of a block and closed after them. @param adapter the folder of its files in the pipeline's */
export function useAdapterSetup(name: string, adapter: "image-adapter" | "styleshot"): AdapterSetup {
  const setup = {} as { -readonly [Key in keyof AdapterSetup]: AdapterSetup[Key] };
  beforeAll(async () => {
    setup.pipeline = await openPipeline(name);
    const { folder } = setup.pipeline;
    setup.runs = await readReference(`${folder}/runs.safetensors`);
    setup.reference = await readReference(`${folder}/${adapter}/expected.safetensors`);
    setup.modelsDir = await mkdtemp(path.join(os.tmpdir(), `atelier-${adapter}-`));
  });
  afterAll(async () => {
    await setup.pipeline.sessions.release();
    await rm(setup.modelsDir, { recursive: true });
  });
  return setup;
}

/**
 * What the UNet predicts of the reference's sample with the style image beside the reference's texts: beside none first,
 * where no image is seen.
 *
 * @returns the predictions of both rows, and the tokens of no image
 */
export async function predictedBeside(
  adapter: ImageAdapter,
  { pipeline, runs, reference }: AdapterSetup,
): Promise<{ readonly predictions: Float32Array; readonly nothing: Float32Array }> {
  const texts = rowsOf((await readReference(`${pipeline.folder}/networks.safetensors`)).floats("unet.context"));
  const samples = rowsOf(reference.floats("sample"));
  const contexts = await adapter.beside({ empty: texts[0]!, prompt: texts[1]! }, seenOf(runs));
  const predictions: Float32Array[] = [];
  for (const [row, context] of [contexts.empty, contexts.prompt].entries())
    predictions.push(...(await adapter.networks.predict(samples[row]!, 481, [context])));
  return { predictions: concatenated(predictions), nothing: tokensBehind(contexts.empty, texts[0]!) };
}

const rowsOf = ({ data, shape }: Floats): Floats[] => {
  const each = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, row) => ({
    data: data.subarray(row * each, (row + 1) * each),
    shape: shape.with(0, 1),
  }));
};

const tokensBehind = ({ data }: Context, text: Floats): Float32Array => data.subarray(text.data.length);
