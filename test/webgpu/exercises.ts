/** What is run on a device and on the processor: every network of the fixtures, through the product's own code. */
import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { ClipTokenizer } from "../../models/clip-tokenizer.ts";
import { convertLlava } from "../../src/caption/llava/convert/index.ts";
import { openLlava } from "../../src/caption/llava/checkpoint.ts";
import { decoderSession, visionSession } from "../../src/caption/llava/networks.ts";
import { LlavaDecoder } from "../../src/caption/llava/token-decoder.ts";
import type { DeviceForms } from "../../src/onnx/device-forms.ts";
import { concatenated, type ExecutionDevice, type Floats, floatsOf, floatTensor } from "../../src/onnx/index.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { CachedUNet } from "../../src/stylize/diffusion/cached-unet.ts";
import { DiffusionNetworks } from "../../src/stylize/diffusion/diffusion-networks.ts";
import { ImageAdapter } from "../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { readStyleShot } from "../../src/stylize/diffusion/image-adapter/styleshot-files.ts";
import { inversionLoss } from "../../src/stylize/diffusion/inversion-loss.ts";
import { paintWithStyleAttention } from "../../src/stylize/diffusion/style-attention.ts";
import { type Role, type Trace, Traces } from "../../src/stylize/diffusion/style-inversion.ts";
import { openTinyDecoder } from "../../src/stylize/diffusion/tiny-decoder.ts";
import { FIXTURES, PIPELINES, readReference, type Reference } from "../models/reference.ts";
import { seenOf } from "../stylize/diffusion/adapter-input.ts";
import { contouredStyleShot } from "../stylize/diffusion/styleshot-place.ts";

type PipelineName = (typeof PIPELINES)[number];

/** Where an exercise runs, and how. */
interface Place extends DeviceForms {
  readonly device: ExecutionDevice;
}

export const PROCESSOR: Place = {
  device: "cpu",
  dtype: "float32",
  attention: "fused",
  convolution: "plain",
  fusions: [],
};

/** Numbers that must come out alike wherever it runs. */
type Exercise = (place: Place) => Promise<Float32Array>;

/** A batch of rows of a fixture, and the first of them. */
const firstRow = ({ data, shape }: Floats): Floats => ({
  data: data.slice(0, data.length / shape[0]!),
  shape: shape.with(0, 1),
});

/** Noisy latents and encoded text, a row of each. */
const unetInputs = (reference: Reference) => ({
  sample: firstRow(reference.floats(reference.source.names.find((key) => key.endsWith(".sample"))!)),
  context: firstRow(reference.floats("unet.context")),
});

/** The networks of a pipeline, the UNet in each of its forms. */
function pipelineExercises(name: PipelineName): Readonly<Record<string, Exercise>> {
  const folder = path.join(FIXTURES, name);
  const reference = readReference(path.join(folder, "networks.safetensors"));
  const over =
    (body: (networks: DiffusionNetworks) => Promise<Float32Array>): Exercise =>
    async (place) => {
      const sessions = new SessionPool(1e9);
      const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
      try {
        return await body(new DiffusionNetworks(checkpoint, { ...place, sessions }));
      } finally {
        await sessions.release();
      }
    };
  return {
    "text encoder": over(async (networks) => {
      const ids = [...(await reference).integers("text.1.ids")];
      return (await networks.encodeText([ids])).data;
    }),
    UNet: over(async (networks) => {
      const { sample, context } = unetInputs(await reference);
      const [one] = await networks.predict(sample, 481, [context, { ...context, data: context.data.toReversed() }]);
      return one!;
    }),
    "VAE encoder": over(
      async (networks) => (await networks.encodePicture((await reference).floats("vae.picture"))).data,
    ),
    "VAE decoder": over(
      async (networks) => (await networks.decodeLatents((await reference).floats("vae.latents"))).data,
    ),
    "UNet whose attention is seen": over(async (networks) => {
      const { end, features } = await tracesOver(networks, await reference, "style");
      return concatenated([end.data, ...Object.values(features[0]!).map((tensor) => floatsOf(tensor).data)]);
    }),
    "UNet that takes attention over": over(async (networks) => {
      const { checkpoint } = networks;
      const sessions = new SessionPool(1e9);
      const onProcessor = new DiffusionNetworks(checkpoint, { ...PROCESSOR, sessions });
      const [style, content] = [
        await tracesOver(onProcessor, await reference, "style"),
        await tracesOver(onProcessor, await reference, "content"),
      ];
      await sessions.release();
      const conditioning = { prompt: unetInputs(await reference).context, empty: null, guidance: 1, guidedPart: 0 };
      const paint = async (...weights: readonly number[]): Promise<Float32Array> => {
        const styles = weights.map((weight) => ({ ...style, weight }));
        return (await paintWithStyleAttention(networks, { grid: GRID, content, styles, conditioning })).latents.data;
      };
      // Alone, and as a blend.
      return concatenated([await paint(1), await paint(0.75, 0.25)]);
    }),
    "UNet with StyleShot over contours": over(async (networks) => {
      const { context } = unetInputs(await reference);
      const runs = await readReference(path.join(folder, "runs.safetensors"));
      const adapter = new ImageAdapter(networks, await readStyleShot(contouredStyleShot(folder)));
      const { prompt } = await adapter.beside({ prompt: context, empty: context }, seenOf(runs));
      const [prediction] = await adapter.networks.predict(runs.floats("default.noise"), 481, [prompt]);
      return prediction!;
    }),
    "UNet whose steps are kept and reused": over(async (networks) => {
      const { sample, context } = unetInputs(await reference);
      const contexts = [context, { ...context, data: context.data.toReversed() }];
      const cached = new CachedUNet(networks, [
        { deep: "kept", text: "kept" },
        { deep: "reused", text: "reused" },
      ]);
      const [kept] = await cached.predict(sample, 481, contexts);
      const [reused] = await cached.predict(sample, 471, contexts);
      return concatenated([kept!, reused!]);
    }),
  };
}

/** One timestep: errors of one evaluation are looked at, not what grows of them in a run. */
const GRID = [481];

/** What style attention sees of the fixture's latents on their way to noise. */
function tracesOver(networks: DiffusionNetworks, reference: Reference, role: Role): Promise<Trace> {
  const { sample, context: empty } = unetInputs(reference);
  return new Traces(networks, 0).of("fixture", sample, { role, grid: GRID, empty });
}

/** What textual inversion descends along: single precision on every device. */
const gradientExercise =
  (name: PipelineName): Exercise =>
  async (place) => {
    const folder = path.join(FIXTURES, name);
    const reference = await readReference(path.join(folder, "learning.safetensors"));
    const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
    const tokenizer = await ClipTokenizer.load(checkpoint.tokenizer);
    const sessions = new SessionPool(1e9);
    const networks = new DiffusionNetworks(checkpoint, { ...place, sessions });
    const onProcessor = new DiffusionNetworks(checkpoint, { ...PROCESSOR, sessions });
    const { gradient } = await inversionLoss(networks, {
      embeddings: await onProcessor.tokenEmbeddings(tokenizer.rows("*", 77)[0]!),
      sample: reference.floats("gradients.sample"),
      timestep: 321,
      target: reference.floats("gradients.target").data,
    });
    await sessions.release();
    return gradient;
  };

/** The decoder of previews: single precision on every device. */
const previewExercise: Exercise = async ({ device }) => {
  const sessions = new SessionPool(1e9);
  const models = await mkdtemp(path.join(os.tmpdir(), "atelier-previews-"));
  await symlink(path.join(FIXTURES, "tiny-taesd"), path.join(models, "taesd"));
  const decode = await openTinyDecoder(models, { device, sessions });
  const { data } = await decode!(
    (await readReference(path.join(FIXTURES, "tiny-taesd/reference.safetensors"))).floats("latents"),
  );
  await sessions.release();
  await rm(models, { recursive: true });
  return data;
};

/** A captioner as it is installed, its products in 4 bits. */
export async function tinyCaptioner(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-captioner-"));
  await convertLlava(path.join(FIXTURES, "tiny-llava-original"), folder);
  return folder;
}

/** @param folder of `tinyCaptioner` */
function captionerExercises(folder: string): Readonly<Record<string, Exercise>> {
  return {
    "vision tower": async (place) => {
      const { vision, config } = await openLlava(folder);
      const size = config.vision.imageSize;
      const data = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i / 7));
      const session = await visionSession(vision, config, place).open();
      const features = await session.runOne({
        pixel_values: floatTensor("float32", { data, shape: [1, 3, size, size] }),
      });
      await session.release();
      return floatsOf(features).data;
    },
    "language model": async (place) => {
      const { decoder: weights, config } = await openLlava(folder);
      const session = await decoderSession(weights, config.text, place).open();
      const decoder = new LlavaDecoder(session, config.text, place.dtype);
      const embeddings = (length: number) => ({
        data: Float32Array.from({ length: length * config.text.width }, (_, i) => Math.sin(i / 3)),
        shape: [length, config.text.width],
      });
      // Longer than what is read at once; then one token on what was read, and one on that.
      await decoder.begin(embeddings(70));
      await decoder.next(embeddings(1));
      const logits = await decoder.next(embeddings(1));
      await session.release();
      return logits;
    },
  };
}

/** An exercise, and how near what a device computes has to be to the processor's in single precision. */
export interface NamedExercise {
  readonly name: string;
  readonly run: Exercise;
  /** ‖actual - expected‖ / ‖expected‖; `null` where every device computes in single precision. */
  readonly within: { readonly float32: number; readonly float16: number | null };
}

const WITHIN = { float32: 1e-4, float16: 2e-2 };
/** The processor itself rounds what goes into 4-bit products to 8 bits; the trials hold those products alone to more. */
const WITHIN_ROUNDED = { float32: 6e-2, float16: 6e-2 };

/** All of them. @param captioner folder of `tinyCaptioner` */
export function allExercises(captioner: string): readonly NamedExercise[] {
  const named = (prefix: string, exercises: Readonly<Record<string, Exercise>>, within: NamedExercise["within"]) =>
    Object.entries(exercises).map(([name, run]): NamedExercise => ({ name: `${prefix}${name}`, run, within }));
  const single = { ...WITHIN, float16: null };
  return [
    ...PIPELINES.flatMap((name) => named(`${name}: `, pipelineExercises(name), WITHIN)),
    ...PIPELINES.flatMap((name) => named(`${name}: `, { gradient: gradientExercise(name) }, single)),
    ...named("", { "decoder of previews": previewExercise }, single),
    ...named("", captionerExercises(path.join(FIXTURES, "tiny-llava")), WITHIN),
    ...named("4 bits: ", captionerExercises(captioner), WITHIN_ROUNDED),
  ];
}
