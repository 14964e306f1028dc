/** LoRA files: which layers of a checkpoint they change, and by what. Nothing but headers and single numbers is read. */
import { closeSync, openSync } from "node:fs";

import { z } from "zod";

import { type LoraNetwork, loraNames } from "../../../../models/lora-names.ts";
import { kindOf } from "../../../checkpoints/identify/kinds.ts";
import { TensorNames } from "../../../checkpoints/identify/tensor-names.ts";
import { excerpt, messageOf, publicMessageOf, UserError } from "../../../errors.ts";
import { decodeFloats, isStoredFloat } from "../../../onnx/files/decode-floats.ts";
import { readExactly } from "../../../onnx/files/read-exactly.ts";
import { readSafetensors, readSafetensorsMetadata } from "../../../onnx/files/safetensors.ts";
import type { LowRankUpdate, TensorSource } from "../../../onnx/files/tensor-source.ts";
import type { ExternalTensor } from "../../../onnx/graph.ts";
import { showShape } from "../../../onnx/shape.ts";
import type { Sentence, Values } from "../../../words/say.ts";
import type { LoraLayers } from "./lora-layers.ts";

/** What is added to the weight of each layer, by layer. */
export type Lora = Readonly<Record<LoraNetwork, ReadonlyMap<string, LowRankUpdate>>>;

/** PEFT's word for how strongly an update counts where the file has no tensor for it; diffusers keeps it in the header. */
const ADAPTER_METADATA = "lora_adapter_metadata";
const METADATA_PREFIX: Readonly<Record<LoraNetwork, string>> = { unet: "unet.", text: "text_encoder." };

interface Parts {
  down?: ExternalTensor;
  up?: ExternalTensor;
  alpha?: number;
}

/**
 * Reads a file of any naming that `models/lora-names.ts` knows.
 *
 * @param name what people call it
 * @param layers those of the checkpoint that it is for
 * @throws UserError `lora-file` saying what it is, or what is wrong with it
 */
export async function readLora(file: string, name: string, layers: LoraLayers): Promise<Lora> {
  const source = await readSafetensors(file).catch((error: unknown) => {
    throw refused(name, "unreadable", { fault: publicMessageOf(error) }, error);
  });
  const kind = kindOf(TensorNames.of(source));
  if (kind && kind.use !== "lora") throw refused(name, "kind", { kind: kind.words });
  const parts = partsOf(name, source, layers);
  const alphaOf = await declaredAlphas(file, name);
  const updates = { unet: new Map<string, LowRankUpdate>(), text: new Map<string, LowRankUpdate>() };
  for (const network of ["unet", "text"] as const)
    for (const [layer, found] of parts[network])
      updates[network].set(layer, updateOf(name, layer, layers[network].get(layer)!, found, alphaOf(network, layer)));
  return updates;
}

function partsOf(name: string, source: TensorSource, layers: LoraLayers): Record<LoraNetwork, Map<string, Parts>> {
  const understand = loraNames({ unet: layers.unet.keys(), text: layers.text.keys() });
  const parts = { unet: new Map<string, Parts>(), text: new Map<string, Parts>() };
  const unknown: string[] = [];
  for (const key of source.names) {
    const known = understand(key);
    if (!known) {
      unknown.push(key);
      continue;
    }
    const { network, layer, part } = known;
    const tensor = source.find(key)!;
    const found: Parts = parts[network].get(layer) ?? {};
    if (found[part] !== undefined) throw refused(name, "twice", { layer });
    if (!isStoredFloat(tensor.dtype)) throw refused(name, "type", { tensor: excerpt(key), dtype: tensor.dtype });
    if (part === "alpha") found.alpha = oneNumber(name, key, tensor);
    else found[part] = tensor;
    parts[network].set(layer, found);
  }
  if (unknown.length === source.names.length) throw refused(name, "unknown");
  if (unknown.length > 0) throw refused(name, "network", { tensor: excerpt(unknown[0]!), others: unknown.length - 1 });
  return parts;
}

function updateOf(
  name: string,
  layer: string,
  weight: readonly number[],
  { down, up, alpha }: Parts,
  declared: Declared | null,
): LowRankUpdate {
  if (!down || !up) throw refused(name, "half", { layer });
  const [downShape, upShape] = [down.shape as readonly number[], up.shape as readonly number[]];
  const rank = downShape[0]!;
  if (rank === 0 || upShape[1] !== rank)
    throw refused(name, "matrices", { layer, down: showShape(downShape), up: showShape(upShape) });
  const fits = squeezed(downShape.slice(1)) === squeezed(weight.slice(1));
  if (!fits || squeezed(upShape) !== squeezed([weight[0]!, rank]))
    throw refused(name, "size", { layer, shape: showShape([upShape[0]!, ...downShape.slice(1)]) });
  const scale = alpha !== undefined ? alpha / rank : declared ? declared.alpha / declared.divisor(rank) : 1;
  return { down, up, scale };
}

interface Declared {
  readonly alpha: number;
  readonly divisor: (rank: number) => number;
}

const declaredSchema = z.record(z.string(), z.unknown());

/** The strengths that the header declares, `null` for a layer of which it declares none. */
async function declaredAlphas(
  file: string,
  name: string,
): Promise<(network: LoraNetwork, layer: string) => Declared | null> {
  const text = ((await readSafetensorsMetadata(file).catch(() => ({}))) as Record<string, string>)[ADAPTER_METADATA];
  if (text === undefined) return () => null;
  const declared = parsedMetadata(name, text);
  return (network, layer) => {
    const get = (key: string): unknown => declared[METADATA_PREFIX[network] + key];
    const patterns = z.record(z.string(), z.number()).safeParse(get("alpha_pattern")).data ?? {};
    const own = Object.entries(patterns).find(([key]) => layer === key || layer.endsWith(`.${key}`));
    const alpha = own?.[1] ?? get("lora_alpha");
    if (typeof alpha !== "number" || !Number.isFinite(alpha)) return null;
    return { alpha, divisor: get("use_rslora") === true ? Math.sqrt : (rank) => rank };
  };
}

function parsedMetadata(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return declaredSchema.parse(JSON.parse(text));
  } catch (error) {
    throw refused(name, "header", { fault: messageOf(error) }, error);
  }
}

function oneNumber(name: string, key: string, { dtype, shape, path, offset, byteLength }: ExternalTensor): number {
  const numbers = (shape as readonly number[]).reduce((product, dim) => product * dim, 1);
  if (numbers !== 1) throw refused(name, "shape", { tensor: excerpt(key), shape: showShape(shape) });
  const handle = openSync(path, "r");
  try {
    const [value] = decodeFloats(readExactly(handle, byteLength, offset, path), dtype);
    if (!Number.isFinite(value)) throw refused(name, "number", { tensor: excerpt(key) });
    return value!;
  } finally {
    closeSync(handle);
  }
}

const squeezed = (shape: readonly number[]): string => shape.join().replace(/(?:,1)+$/, "");

/** What can be wrong with a file. */
type Fault<Name extends Sentence = Sentence> = Name extends `error.lora-file.${infer Rest}` ? Rest : never;

const refused = (name: string, fault: Fault, values: Values = {}, cause?: unknown): UserError =>
  new UserError(
    "lora-file",
    {
      sentence: "error.lora-file",
      values: { name: excerpt(name), fault: { sentence: `error.lora-file.${fault}`, values } },
    },
    { cause },
  );
