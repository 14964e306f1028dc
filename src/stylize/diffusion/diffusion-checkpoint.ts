/** Stable Diffusion checkpoints on the disk: folders in diffusers layout, and single files in CompVis' naming. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { type ClipTextConfig, clipTextConfigSchema } from "../../../models/clip-text.ts";
import { ldmTextName, ldmUNetName, ldmVaeName } from "../../../models/ldm-names.ts";
import { type UNetConfig, unetConfigSchema } from "../../../models/unet.ts";
import { type VaeConfig, vaeConfigSchema } from "../../../models/vae.ts";
import { identify } from "../../checkpoints/identify/identify.ts";
import { kindOf } from "../../checkpoints/identify/kinds.ts";
import { TensorNames } from "../../checkpoints/identify/tensor-names.ts";
import type { EngineError } from "../../errors.ts";
import { exists } from "../../exists.ts";
import { readJson } from "../../onnx/files/read-json.ts";
import { checkpointError, renamed, type TensorSource } from "../../onnx/files/tensor-source.ts";
import type { AdapterFiles } from "./image-adapter/adapter-files.ts";
import { readWeights, weightsFileIn } from "../../onnx/files/weights-file.ts";
import { askForWeights, configsOf } from "./record-networks.ts";
import { readSchedulerConfig, type SchedulerConfig, STABLE_DIFFUSION_V1 } from "./schedulers/index.ts";

/** Where a checkpoint lies. */
export interface CheckpointPlace {
  /** A folder with `unet/`, `vae/`, `text_encoder/`, …, or a `.safetensors` or `.ckpt` file that holds everything. */
  readonly path: string;
  /** Folder with `vocab.json` and `merges.txt`. */
  readonly tokenizer: string;
}

/** A checkpoint whose files were found sound; no weight is in memory yet. */
export interface DiffusionCheckpoint {
  readonly label: string;
  readonly tokenizer: string;
  readonly text: { readonly config: ClipTextConfig; readonly source: TensorSource };
  readonly unet: { readonly config: UNetConfig; readonly source: TensorSource };
  readonly vae: { readonly config: VaeConfig; readonly source: TensorSource };
  readonly scheduler: SchedulerConfig;
  /** Laid over the UNet: its contexts then end in the tokens of an image. */
  readonly adapter?: AdapterFiles;
}

/** The catalogue's names come first, full precision before half. */
const PREFERRED = ["stable-diffusion-v1-4", "stable-diffusion-v1-4-fp16"];

/**
 * The best checkpoint in `modelsDir`, or `null`: a folder with all its parts, else a single file. What a file is its
 * header tells: LoRA, embeddings and whatever else lies there are passed over. Where nothing can be used, that is found
 * which looks most like a checkpoint, so that whoever reads it says by name what it is.
 *
 * @throws EngineError when there is a single file and no tokenizer beside it
 */
export async function findDiffusionCheckpoint(modelsDir: string): Promise<CheckpointPlace | null> {
  const entries = await readdir(modelsDir).catch(() => []);
  const rank = (name: string): number => (PREFERRED.includes(name) ? PREFERRED.indexOf(name) : PREFERRED.length);
  const names = entries.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  let foreign: CheckpointPlace | null = null;
  for (const name of names) {
    const place = await folderPlace(path.join(modelsDir, name));
    if (!place) continue;
    if (await mayPaint(place)) return place;
    foreign ??= place;
  }
  let another: string | null = null;
  for (const file of names.filter(isSingleFile).map((name) => path.join(modelsDir, name))) {
    const { kind, isWhole } = await identify(file);
    if (kind?.use === "painter" && isWhole) return filePlace(file);
    if (!kind || ["checkpoint", "UNet", "transformer"].includes(kind.kind)) another ??= file;
  }
  if (foreign) return foreign;
  return another === null ? null : filePlace(another);
}

/** Whether its UNet is one of Stable Diffusion 1; what is wrong with a damaged one is said when it is read. */
async function mayPaint({ path: folder }: CheckpointPlace): Promise<boolean> {
  const { kind } = await identify((await weightsFileIn(path.join(folder, "unet")))!);
  return kind === null || kind.use !== null;
}

/**
 * The place that `given` names. @throws EngineError saying what a checkpoint has to have
 */
export async function placeOfCheckpoint(given: string): Promise<CheckpointPlace> {
  if (isSingleFile(given)) return filePlace(given);
  const place = await folderPlace(given);
  if (place) return place;
  const needs = "it needs unet, vae, text_encoder and tokenizer, with their weights";
  throw checkpointError(given, `is no Stable Diffusion folder: ${needs}; ${(await whatLacks(given)).join(", ")}`);
}

/** @throws EngineError naming the file and what does not hold: another model family, a damaged file */
export async function readDiffusionCheckpoint(place: CheckpointPlace): Promise<DiffusionCheckpoint> {
  const checkpoint = await (isSingleFile(place.path) ? readSingleFile(place) : readFolder(place));
  expectOneFamily(checkpoint);
  expectWeights(checkpoint);
  return checkpoint;
}

const isSingleFile = (name: string): boolean => /\.(?:safetensors|ckpt)$/.test(name);

async function readFolder({ path: folder, tokenizer }: CheckpointPlace): Promise<DiffusionCheckpoint> {
  const config = <T>(part: string, schema: z.ZodType<T>): Promise<T> =>
    readJson(path.join(folder, part, "config.json"), schema);
  const source = async (part: string): Promise<TensorSource> => {
    const file = await weightsFileIn(path.join(folder, part));
    if (!file) throw checkpointError(path.join(folder, part), NO_WEIGHTS);
    return readWeights(file);
  };
  const unet = await source("unet");
  const kind = kindOf(TensorNames.of(unet));
  if (kind && kind.use !== "part") throw anotherKind(folder, `its UNet is ${kind.words}`);
  return {
    label: folder,
    tokenizer,
    text: { config: await config("text_encoder", clipTextConfigSchema), source: await source("text_encoder") },
    unet: { config: await config("unet", unetConfigSchema), source: unet },
    vae: { config: await config("vae", vaeConfigSchema), source: await source("vae") },
    scheduler: readSchedulerConfig(
      await readJson(path.join(folder, "scheduler", "scheduler_config.json"), z.unknown()),
    ),
  };
}

const anotherKind = (label: string, what: string): EngineError =>
  checkpointError(label, `${what}; this engine runs Stable Diffusion 1.x`);

/** Configurations of the networks in a file that has none. */
export interface SingleFileConfigs {
  readonly text: unknown;
  readonly unet: unknown;
  readonly vae: unknown;
}

/** Reads a file in CompVis' naming, which does not say how large its networks are. @throws EngineError */
export async function readSingleFile(
  { path: file, tokenizer }: CheckpointPlace,
  configs: SingleFileConfigs = { text: TEXT_V1, unet: UNET_V1, vae: VAE_V1 },
): Promise<DiffusionCheckpoint> {
  const source = await readWeights(file);
  const kind = kindOf(TensorNames.of(source));
  if (!kind) throw anotherKind(file, `is a file of ${source.names.length} tensors of no kind that is known`);
  if (kind.use !== "painter") throw anotherKind(file, `is ${kind.words}`);
  return {
    label: file,
    tokenizer,
    text: { config: clipTextConfigSchema.parse(configs.text), source: renamed(source, ldmTextName) },
    unet: { config: unetConfigSchema.parse(configs.unet), source: renamed(source, ldmUNetName) },
    vae: { config: vaeConfigSchema.parse(configs.vae), source: renamed(source, ldmVaeName) },
    scheduler: STABLE_DIFFUSION_V1,
  };
}

function expectOneFamily({ label, text, unet, vae }: DiffusionCheckpoint): void {
  const { inChannels, outChannels, contextWidth } = unet.config;
  const { latentChannels } = vae.config;
  if (inChannels !== latentChannels || outChannels !== latentChannels)
    throw checkpointError(
      label,
      `its UNet takes ${inChannels} channels and gives ${outChannels}, its autoencoder has ${latentChannels}`,
    );
  if (contextWidth !== text.config.width)
    throw checkpointError(
      label,
      `its UNet wants texts of width ${contextWidth}, its encoder gives ${text.config.width}`,
    );
}

/** What is missing is said now, by name, and not in the middle of the first picture. */
function expectWeights(checkpoint: DiffusionCheckpoint): void {
  for (const part of ["text", "unet", "vae"] as const)
    askForWeights(part, configsOf(checkpoint), checkpoint[part].source);
}

async function hasTokenizer(folder: string): Promise<boolean> {
  return (await exists(path.join(folder, "vocab.json"))) && (await exists(path.join(folder, "merges.txt")));
}

const PARTS = ["unet", "vae", "text_encoder"] as const;

async function folderPlace(folder: string): Promise<CheckpointPlace | null> {
  const parts = await Promise.all(PARTS.map((part) => weightsFileIn(path.join(folder, part))));
  const tokenizer = path.join(folder, "tokenizer");
  return parts.every((file) => file !== null) && (await hasTokenizer(tokenizer)) ? { path: folder, tokenizer } : null;
}

async function filePlace(file: string): Promise<CheckpointPlace> {
  const tokenizer = path.join(path.dirname(file), "tokenizer");
  if (!(await exists(file))) throw checkpointError(file, "is not there");
  if (await hasTokenizer(tokenizer)) return { path: file, tokenizer };
  throw checkpointError(
    file,
    `holds no tokenizer; put vocab.json and merges.txt of Stable Diffusion's folder \`tokenizer\` into ${tokenizer}`,
  );
}

/** What keeps a folder from being a checkpoint, part by part. */
async function whatLacks(folder: string): Promise<string[]> {
  const lacking: string[] = [];
  for (const part of PARTS) {
    const inside = path.join(folder, part);
    if (await weightsFileIn(inside)) continue;
    const others = (await readdir(inside).catch(() => [])).filter((name) =>
      /\.(?:safetensors|bin|msgpack|onnx)$/.test(name),
    );
    lacking.push(`${part} ${NO_WEIGHTS}${others.length === 0 ? "" : ` but ${others.slice(0, 3).join(", ")}`}`);
  }
  if (!(await hasTokenizer(path.join(folder, "tokenizer")))) lacking.push("tokenizer has no vocab.json and merges.txt");
  return lacking;
}

const NO_WEIGHTS = "has no weights that can be read";

/** What the single files leave out: the configuration of Stable Diffusion 1. */
export const TEXT_V1 = { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 };
export const UNET_V1 = {
  block_out_channels: [320, 640, 1280, 1280],
  down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
  cross_attention_dim: 768,
};
export const VAE_V1 = {
  block_out_channels: [128, 256, 512, 512],
  layers_per_block: 2,
  down_block_types: Array.from({ length: 4 }, () => "DownEncoderBlock2D"),
  up_block_types: Array.from({ length: 4 }, () => "UpDecoderBlock2D"),
};
