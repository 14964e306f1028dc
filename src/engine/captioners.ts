/** Which captioner describes styles: the one that is named, or the best that is installed. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import { messageOf } from "../errors.ts";
import type { StyleDescriber } from "../caption/describer.ts";
import { PALETTE, PaletteDescriber } from "../caption/palette/palette-describer.ts";
import { CATALOGUE } from "../checkpoints/catalogue.ts";
import type { CatalogueEntry } from "../checkpoints/catalogue/catalogue-entry.ts";
import { CheckpointStore } from "../checkpoints/checkpoint-folder.ts";
import { chooseForms, formsOf, type TryDevice } from "../onnx/device-forms.ts";
import type { Precision } from "../onnx/devices.ts";
import type { ExecutionDevice } from "../onnx/index.ts";
import type { Overflows } from "../onnx/overflows.ts";
import type { SessionPool } from "../onnx/session-pool.ts";

export interface CaptionerPlace {
  /** Its id: the name of the folder. */
  readonly name: string;
  readonly label: string;
  readonly folder: string;
  readonly layout: "llava" | "transformers.js";
  readonly dtypes?: Readonly<Record<string, string>>;
}

export interface CaptionerOptions {
  readonly maxTokens: number;
  /** Of the processor; default: onnxruntime's choice. */
  readonly threads?: number | undefined;
  readonly device: ExecutionDevice;
  readonly precision: Precision;
  readonly sessions: SessionPool;
  /** Tries the device, or remembers (`keptTrials`). */
  readonly tryDevice: TryDevice;
  readonly overflows: Overflows;
  /** Told in words for a log. */
  readonly note: (text: string) => void;
}

/**
 * @param wanted `auto`: the first of the catalogue that is installed to the end; else the name of a folder in
 * `modelsDir`, which need not be in the catalogue
 * @returns `null` when there is none
 */
export async function findCaptioner(modelsDir: string, wanted: string): Promise<CaptionerPlace | null> {
  const store = new CheckpointStore(modelsDir);
  for (const entry of CATALOGUE) {
    if (entry.purpose !== "captioner" || (wanted !== "auto" && wanted !== entry.name)) continue;
    if (await store.manifest(entry.name)) return placeOf(entry, store.folderOf(entry.name));
  }
  return wanted === "auto" || path.basename(wanted) !== wanted ? null : unlisted(wanted, store.folderOf(wanted));
}

/** The name people see for a describer's id, whether it is installed or not. */
export function describerLabel(id: string): string {
  const entry = CATALOGUE.find(({ name }) => name === id);
  if (entry) return labelOf(entry);
  const palette = new PaletteDescriber();
  return id === palette.id || id === PALETTE ? palette.label : id;
}

/**
 * The device that was asked for, where it can be trusted with a captioner, else the processor. Graphs of transformers.js
 * are fused as they come.
 *
 * @throws EngineError when the device is not there
 */
export async function captionerDevice(
  { label, layout }: CaptionerPlace,
  { device, precision, tryDevice, note }: CaptionerOptions,
): Promise<ExecutionDevice> {
  if (device === "cpu") return device;
  const results = await tryDevice(device);
  try {
    const { attention, convolution } = formsOf(device, results, precision, "words");
    if (layout === "llava" || (attention === "fused" && convolution === "plain")) return device;
    note(`${label} runs on the processor: ${device} is wrong in operators that it is made of`);
  } catch (error) {
    note(`${label} runs on the processor: ${messageOf(error)}`);
  }
  return "cpu";
}

/**
 * Tries the device; weights are read for the first picture.
 *
 * @throws EngineError when the device computes wrong numbers, or has not the precision that was asked for
 */
export async function openCaptioner(place: CaptionerPlace, options: CaptionerOptions): Promise<StyleDescriber> {
  const { name: id, label, folder, dtypes } = place;
  const { maxTokens, threads, device, precision, sessions, tryDevice, overflows } = options;
  if (place.layout === "llava") {
    const { LlavaDescriber } = await import("../caption/llava/llava-describer.ts");
    const forms = await chooseForms(device, precision, "words", tryDevice);
    return new LlavaDescriber({ folder, id, label, maxTokens, device, forms, sessions, overflows });
  }
  const { TransformersDescriber } = await import("../caption/transformers-describer.ts");
  return new TransformersDescriber({ folder, id, label, maxTokens, threads, device, ...(dtypes && { dtypes }) });
}

const placeOf = (entry: CatalogueEntry, folder: string): CaptionerPlace => ({
  name: entry.name,
  label: labelOf(entry),
  folder,
  layout: entry.layout === "llava" ? "llava" : "transformers.js",
  ...(entry.dtypes && { dtypes: entry.dtypes }),
});

/** Titles begin with the name. */
const labelOf = ({ title }: CatalogueEntry): string => title.split(",")[0]!;

/** A folder that somebody put there: told by its files. */
async function unlisted(name: string, folder: string): Promise<CaptionerPlace | null> {
  const files: string[] = await readdir(folder, { recursive: true }).catch(() => []);
  if (!files.includes("config.json")) return null;
  if (files.some((file) => file.endsWith(".safetensors"))) return { name, label: name, folder, layout: "llava" };
  const merged = files.some((file) => /decoder_model_merged\w*\.onnx$/.test(file));
  return merged ? { name, label: name, folder, layout: "transformers.js" } : null;
}
