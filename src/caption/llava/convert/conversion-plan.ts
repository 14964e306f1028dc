/** What a converted captioner consists of: which tensor goes into which file, in which form. */
import { excerpt } from "../../../errors.ts";
import { isStoredFloat } from "../../../onnx/files/decode-floats.ts";
import { bytesPerElement } from "../../../onnx/dtype.ts";
import type { ExternalTensor } from "../../../onnx/graph.ts";
import { layOutSafetensors, type WrittenTensor, type WrittenType } from "../../../onnx/files/safetensors-layout.ts";
import { checkpointError, type TensorSource } from "../../../onnx/files/tensor-source.ts";
import { QUANTISED } from "../../../../models/projection.ts";

/** The three networks of the layout that transformers.js loads, and the precision its file names state. */
export const FILES = {
  vision: "vision_encoder_fp16.onnx",
  embeddings: "embed_tokens_fp16.onnx",
  decoder: "decoder_model_merged_q4.onnx",
} as const;
export type Part = keyof typeof FILES;

/**
 * How many weights share a scale: 128, as GPTQ and AWQ have it. A product of many rows takes two thirds of the time that
 * it takes in blocks of 32, one of a single row four fifths; rounding loses 9.6 % instead of 8.0 (llama.cpp's Q4_0, which
 * keeps as many bytes: 8.6). The head, 2 % of all weights, stands next to the logits: in blocks of 32 it gives back a
 * fourth of what they lost.
 */
const blockSizeOf = (name: string): number => (name.endsWith("lm_head.weight") ? 32 : 128);

/** A tensor of an output file. */
export interface PlannedTensor extends WrittenTensor {
  /** Byte offset in the file; set by `layOut`. */
  readonly offset: number;
}

/** A tensor of the source, and the tensors that are made of it. */
export interface Step {
  readonly part: Part;
  readonly source: ExternalTensor;
  /** `quantise` fills packed, scales and zeros; `half` and `single` fill one tensor. */
  readonly form: "quantise" | "half" | "single";
  readonly outputs: readonly PlannedTensor[];
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Size of each file with its header, and the header's bytes. */
  readonly files: Readonly<Record<Part, { readonly header: Uint8Array; readonly size: number }>>;
}

/** What is computed instead of learned, and parts of the published model whose results nobody takes. */
const UNUSED =
  /\.(?:inv_freq|position_ids)$|^vision_tower\..*(?:encoder\.layers\.\d+|post_layernorm|visual_projection)\.|image_newline$/;

/**
 * Makes the plan of a source with HF-Llava names.
 *
 * @param asked names of the tensors that the networks are made of (`askedTensors`); all others are left behind
 * @throws EngineError when a tensor has an unexpected form, or is none of LLaVA's
 */
export function planConversion(source: TensorSource, asked: ReadonlySet<string> = new Set(source.names)): Plan {
  const foreign = source.names.find((name) => !asked.has(name) && !UNUSED.test(name));
  if (foreign !== undefined) throw checkpointError(source.label, `the tensor ${excerpt(foreign)} is not LLaVA's`);
  const drafts = source.names
    .filter((name) => asked.has(name))
    .toSorted()
    .map((name) => draft(source, name));
  const parts = Object.keys(FILES) as Part[];
  const laidOut = Object.fromEntries(parts.map((part) => [part, layOut(drafts.filter((step) => step.part === part))]));
  return {
    steps: parts.flatMap((part) => laidOut[part]!.steps),
    files: Object.fromEntries(parts.map((part) => [part, laidOut[part]!])) as unknown as Plan["files"],
  };
}

function draft(source: TensorSource, name: string): Step {
  const tensor = source.find(name)!;
  if (!isStoredFloat(tensor.dtype))
    throw checkpointError(source.label, `${name} is ${tensor.dtype}, expected float32, float16 or bfloat16`);
  const shape = tensor.shape as number[];
  const one = (dtype: WrittenType): PlannedTensor => ({ name, dtype, shape, offset: 0 });
  if (name.startsWith("vision_tower.") || name.startsWith("multi_modal_projector."))
    return { part: "vision", source: tensor, form: "half", outputs: [one("float16")] };
  if (name.endsWith("embed_tokens.weight"))
    return { part: "embeddings", source: tensor, form: "half", outputs: [one("float16")] };
  if (shape.length === 1) return { part: "decoder", source: tensor, form: "single", outputs: [one("float32")] };
  const [n, k] = shape as [number, number];
  const blockSize = blockSizeOf(name);
  const blocks = Math.ceil(k / blockSize);
  const layer = name.replace(/\.weight$/, "");
  const outputs: PlannedTensor[] = [
    { name: `${layer}.${QUANTISED.packed}`, dtype: "uint8", shape: [n, blocks, blockSize / 2], offset: 0 },
    { name: `${layer}.${QUANTISED.scales}`, dtype: "float32", shape: [n, blocks], offset: 0 },
    { name: `${layer}.${QUANTISED.zeros}`, dtype: "uint8", shape: [n, Math.ceil(blocks / 2)], offset: 0 },
  ];
  return { part: "decoder", source: tensor, form: "quantise", outputs };
}

/**
 * Gives every tensor its place. The file is a safetensors file, whatever its name: our own reader finds tensors by
 * name, and a graph that points into it by offset neither knows nor minds the header.
 */
function layOut(steps: readonly Step[]): { steps: Step[]; header: Uint8Array; size: number } {
  // Tensors with larger elements first, so that each is aligned to its own.
  const all = steps
    .flatMap((step) => step.outputs)
    .toSorted((a, b) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const { header, places, size } = layOutSafetensors(all);
  const placed = steps.map((step) => ({
    ...step,
    outputs: step.outputs.map((tensor) => ({ ...tensor, offset: places.get(tensor.name)! })),
  }));
  return { steps: placed, header, size };
}
