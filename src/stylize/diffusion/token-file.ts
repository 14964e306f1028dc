/**
 * A learned style as a small file: safetensors with one tensor, named as the token it stands for, so that diffusers'
 * `load_textual_inversion` reads it too; and the files that other tools write.
 */
import { open, readFile, stat } from "node:fs/promises";

import { z } from "zod";

import { isContiguous, readTorchTensors } from "../../onnx/files/torch-file.ts";
import { kindOf } from "../../checkpoints/identify/kinds.ts";
import { TensorNames } from "../../checkpoints/identify/tensor-names.ts";
import { excerpt, messageOf, UserError } from "../../errors.ts";
import { decodeFloats, isStoredFloat } from "../../onnx/files/decode-floats.ts";
import { isPng, LONGEST_PICTURE, readPictureEmbedding, unfitToken } from "../../images/picture-embedding.ts";
import type { ExternalTensor } from "../../onnx/graph.ts";
import type { Floats } from "../../onnx/index.ts";
import { isTorchFile } from "../../onnx/files/weights-file.ts";
import { readSafetensors, readSafetensorsMetadata } from "../../onnx/files/safetensors.ts";
import { encodeSafetensors, type SafetensorsContent, writeSafetensors } from "../../onnx/files/safetensors-file.ts";
import type { Saying } from "../../words/say.ts";
import type { InversionState } from "./inversion-state.ts";
import { STYLE_TOKEN } from "./style-token.ts";

export interface TokenFile {
  /** [vectors, width] */
  readonly vectors: Floats;
  /** What whoever made it says of it; nothing of a file by another tool. */
  readonly about: TokenAbout;
}

export const aboutSchema = z.object({
  name: z.string().max(200).nullable().default(null),
  description: z.string().max(4000).nullable().default(null),
  /** Of the picture that was learned. */
  styleSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
  steps: z.int().nonnegative().nullable().default(null),
  loss: z.number().nullable().default(null),
});
type TokenAbout = z.infer<typeof aboutSchema>;

const ABOUT = "atelier.token";
/** As many tokens as a prompt has room for, twice as wide as any text encoder of Stable Diffusion. */
const LONGEST = 75 * 2048 * 4 + 65_536;
const MOST_VECTORS = 75;
const WIDTHS = [8, 2048] as const;
/** Learned vectors are near the table's, whose numbers are below 1. */
const LARGEST_NUMBER = 1000;

const contentOf = ({ vectors, about }: TokenFile): SafetensorsContent => ({
  tensors: { [STYLE_TOKEN]: vectors },
  metadata: { format: "pt", [ABOUT]: JSON.stringify(about) },
});

/** What a run has learned best so far. @param name of the style, for people */
export function tokenFrom({ best, description, step: steps, styleSha256 }: InversionState, name: string): TokenFile {
  const vectors = { data: best.vector, shape: [1, best.vector.length] };
  return { vectors, about: { name, description, styleSha256, steps, loss: best.loss } };
}

export const encodeTokenFile = (token: TokenFile): Buffer => encodeSafetensors(contentOf(token));

/** @throws NodeJS.ErrnoException; the file is there whole or not at all */
export const writeTokenFile = (file: string, token: TokenFile): Promise<void> =>
  writeSafetensors(file, contentOf(token));

/**
 * Reads a token file of Atelier, `learned_embeds.safetensors` and `.bin` of diffusers, embeddings of the web interfaces
 * (`emb_params`, `string_to_param`) and the pictures that they hide them in. Nothing in it is run, and nothing is believed that does not hold.
 *
 * @param name what people call it
 * @throws UserError `token-file` saying what is wrong with it
 */
export async function readTokenFile(file: string, name: string | Saying): Promise<TokenFile> {
  const { size } = await stat(file).catch((cause: unknown) => {
    throw refusedToken(name, { sentence: "error.token-file.unreadable" }, cause);
  });
  const isPicture = await beginsAsPng(file);
  const longest = isPicture ? LONGEST_PICTURE : LONGEST;
  if (size > longest)
    throw refusedToken(name, {
      sentence: "error.token-file.size",
      values: { size: Math.ceil(size / 1024), most: longest / 1024 },
    });
  try {
    if (isPicture)
      return { vectors: checked(await readPictureEmbedding(await readFile(file))), about: aboutOf(undefined) };
    const { tensors, about } = await ((await isTorchFile(file)) ? listTorch(file) : listSafetensors(file));
    return { vectors: checked(await readVectors(theToken(tensors))), about };
  } catch (cause) {
    throw refusedToken(name, cause instanceof UserError ? cause.saying : faultOf(cause, file), cause);
  }
}

/** What a file holds, by name; nothing of it has been read. */
interface Listing {
  readonly tensors: ReadonlyMap<string, ExternalTensor>;
  readonly about: TokenAbout;
}

async function listSafetensors(file: string): Promise<Listing> {
  const source = await readSafetensors(file);
  const metadata = await readSafetensorsMetadata(file);
  return {
    tensors: new Map(source.names.map((name) => [name, source.find(name)!])),
    about: aboutOf(metadata[ABOUT]),
  };
}

async function listTorch(file: string): Promise<Listing> {
  const stored = await readTorchTensors(file);
  const [gaps] = [...stored].find(([, tensor]) => isStoredFloat(tensor.dtype) && !isContiguous(tensor)) ?? [];
  if (gaps !== undefined) throw unfitToken({ sentence: "error.token-file.gaps", values: { tensor: excerpt(gaps) } });
  return { tensors: stored, about: aboutOf(undefined) };
}

async function beginsAsPng(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const first = Buffer.alloc(8);
    await handle.read(first, 0, first.length, 0);
    return isPng(first);
  } finally {
    await handle.close();
  }
}

/** The one tensor that can be a token, of any number. @throws UserError saying why there is none */
function theToken(tensors: ReadonlyMap<string, ExternalTensor>): ExternalTensor {
  const shapes = [...tensors].map(([name, { shape }]) => [name, shape as readonly number[]] as const);
  const kind = kindOf(new TensorNames(new Map(shapes)));
  if (kind && kind.use !== "style")
    throw unfitToken({ sentence: "error.token-file.kind", values: { kind: kind.words } });
  const found = [...tensors.values()].filter(
    ({ dtype, shape }) => isStoredFloat(dtype) && (shape.length === 1 || shape.length === 2),
  );
  const [token, ...others] = found;
  if (!token || others.length > 0)
    throw unfitToken({ sentence: "error.token-file.count", values: { count: found.length } });
  return token;
}

/** Reads no more than a token can have, wherever the tensor lies. @throws UserError */
async function readVectors({ dtype, shape, path, offset, byteLength }: ExternalTensor): Promise<Floats> {
  const width = shape.at(-1) as number;
  const count = shape.length === 1 ? 1 : (shape[0] as number);
  expectSize(count, width);
  const bytes = Buffer.alloc(byteLength);
  const handle = await open(path);
  try {
    const { bytesRead } = await handle.read(bytes, 0, byteLength, offset);
    if (bytesRead < byteLength) throw unfitToken({ sentence: "error.token-file.cut-short" });
  } finally {
    await handle.close();
  }
  return { data: decodeFloats(bytes, dtype), shape: [count, width] };
}

/** @throws UserError */
function expectSize(count: number, width: number): void {
  if (width < WIDTHS[0] || width > WIDTHS[1] || count < 1 || count > MOST_VECTORS)
    throw unfitToken({ sentence: "error.token-file.shape", values: { count, width } });
}

/** @throws UserError */
function checked(vectors: Floats): Floats {
  const [count, width] = vectors.shape as [number, number];
  expectSize(count, width);
  if (!vectors.data.every((value) => Math.abs(value) <= LARGEST_NUMBER))
    throw unfitToken({ sentence: "error.token-file.numbers" });
  return vectors;
}

function aboutOf(text: string | undefined): TokenAbout {
  const nothing = aboutSchema.parse({});
  if (text === undefined) return nothing;
  try {
    return aboutSchema.safeParse(JSON.parse(text)).data ?? nothing;
  } catch {
    return nothing;
  }
}

/** The reason without the path, which means nothing to whoever sent the file. */
const faultOf = (cause: unknown, file: string): string =>
  messageOf(cause)
    .replaceAll(file, "")
    .replace(/^[: ]*(?:\(header\))?[: ]*/, "");

/** @param fault completes "it cannot be used: …" */
export const refusedToken = (name: string | Saying, fault: string | Saying, cause?: unknown): UserError =>
  new UserError("token-file", { sentence: "error.token-file", values: { name, fault } }, { cause });
