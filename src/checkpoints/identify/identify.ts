/**
 * Says of any file what it is, from its first bytes and the names of its tensors: no weight is read, nothing is run. Of a
 * picture, whether a learned word is hidden in it.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

import { publicMessageOf } from "../../errors.ts";
import { isPng, LONGEST_PICTURE, readPictureEmbedding } from "../../images/picture-embedding.ts";
import { foreignFormatOf } from "../../onnx/files/foreign-format.ts";
import { readSafetensorsShapes } from "../../onnx/files/safetensors.ts";
import { isTorchFile, readWeights, weightsFileIn } from "../../onnx/files/weights-file.ts";
import type { Kind } from "./kind.ts";
import { kindOf } from "./kinds.ts";
import { TensorNames } from "./tensor-names.ts";

export interface Identified {
  /** `null` where no kind is known, or nothing of it can be read. */
  readonly kind: Kind | null;
  /** Completes "it is …": the kind, or what lies in its place, and what its file lacks. */
  readonly words: string;
  /** Whether it can be used as what it is. */
  readonly isWhole: boolean;
}

/** Names a file or a folder with weights, whatever it is. Never throws. */
export async function identify(place: string): Promise<Identified> {
  try {
    return (await stat(place)).isDirectory() ? await identifyFolder(place) : await identifyFile(place);
  } catch (error) {
    return unusable(`unreadable: ${faultOf(error, place)}`);
  }
}

async function identifyFile(file: string): Promise<Identified> {
  const foreign = file.endsWith(".json") ? null : await foreignFormatOf(file);
  if (foreign !== null) return (await hiddenWord(file, foreign)) ?? unusable(foreign);
  if (file.endsWith(".json") || (await isTorchFile(file))) return named(TensorNames.of(await readWeights(file)), 0);
  const { shapes, missingBytes } = await readSafetensorsShapes(file);
  return named(new TensorNames(shapes), missingBytes);
}

/** What a picture hides, as web interfaces hide embeddings; `null`: nothing. */
async function hiddenWord(file: string, foreign: string): Promise<Identified | null> {
  if ((await stat(file)).size > LONGEST_PICTURE) return null;
  const bytes = await readFile(file);
  const hidden = isPng(bytes) ? await readPictureEmbedding(bytes).catch(() => null) : null;
  if (!hidden) return null;
  const found = named(new TensorNames(new Map([["emb_params", hidden.shape]])), 0);
  return { ...found, words: `${found.words}, hidden in ${foreign}` };
}

function named(names: TensorNames, missingBytes: number): Identified {
  const kind = kindOf(names);
  const words = kind?.words ?? `a file of ${names.count} tensors of no kind that is known`;
  if (missingBytes === 0) return { kind, words, isWhole: true };
  return { kind, words: `${words}, of which ${missingBytes} bytes are missing: download it again`, isWhole: false };
}

const unusable = (words: string): Identified => ({ kind: null, words, isWhole: false });

/** Networks of a folder in diffusers' layout; the first that is there says what the whole is. */
const NETWORKS = ["unet", "transformer", "prior", "original", "vae", "text_encoder", "."];

async function identifyFolder(folder: string): Promise<Identified> {
  for (const network of NETWORKS) {
    const file = await weightsFileIn(path.join(folder, network));
    if (file === null) continue;
    const found = await identify(file);
    if (network === "." || network === "original") return found;
    return { ...found, words: `a folder ${found.kind ? "with" : `whose ${network} is`} ${found.words}` };
  }
  const files = await readdir(folder, { recursive: true });
  const isOnnx = files.some((file) => file.endsWith(".onnx"));
  return unusable(isOnnx ? "a folder of ONNX graphs" : "a folder without weights that can be read");
}

/** The reason alone: the file is named by whoever asks. */
const faultOf = (error: unknown, place: string): string =>
  publicMessageOf(error)
    .replaceAll(place, "")
    .replaceAll(path.basename(place), "")
    .replace(/^[: ]*(?:\(header\))?[: ]*(?:is )?/, "");
