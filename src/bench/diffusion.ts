/** Measurements of the diffusion engine, side by side with PyTorch where a Python that has it is given. */
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { type Measured, measure } from "./measure.ts";
import { type OperatorShare, operatorShares } from "./operator-shares.ts";
import { type OpenVinoTiming, timeOpenVino } from "./openvino.ts";
import {
  IMAGE_FORMS,
  type ImageForm,
  type ImageTask,
  type ImageTiming,
  type NetworkTiming,
  PROCESSOR,
  type RunsOn,
  type VaeTask,
  type VaeTiming,
} from "./tasks.ts";

export { makeRandomCheckpoint } from "./random-checkpoint.ts";

const TORCH_SCRIPT = path.resolve(import.meta.dirname, "../../test/reference/time_unet.py");

export interface UNetBenchOptions {
  /** A diffusers folder; `makeRandomCheckpoint` writes one of full size. */
  readonly checkpoint: string;
  readonly runs?: number;
  readonly products?: "exact" | "int8";
  /** A Python with torch and diffusers, or nothing. */
  readonly python?: string;
  readonly on?: RunsOn;
  readonly onRow?: (row: UNetRow) => void;
}

const torchSchema = z.object({
  torch: z.string(),
  loadMs: z.number(),
  wallMs: z.array(z.number()),
  cpuMs: z.array(z.number()),
});

export interface UNetRow {
  readonly latents: number;
  readonly batch: number;
  readonly ours: Measured<NetworkTiming>;
  readonly torch: z.infer<typeof torchSchema> | null;
  readonly openVino: OpenVinoTiming | null;
}

/** One step of the UNet at 64 x 64 and 32 x 32 latents, one row and two. */
export async function benchUNet({
  checkpoint,
  runs = 3,
  products = "exact",
  python,
  on = PROCESSOR,
  onRow,
}: UNetBenchOptions): Promise<UNetRow[]> {
  const rows: UNetRow[] = [];
  for (const latents of [64, 32])
    for (const batch of [1, 2]) {
      const ours = await measure({ kind: "unet", checkpoint, latents, batch, runs, products, profile: null }, { on });
      const torch = python ? await timeTorch(python, [checkpoint, latents, batch, runs].map(String)) : null;
      const openVino = python
        ? await timeOpenVino(python, { checkpoint, network: "unet", latents, batch, runs })
        : null;
      const row = { latents, batch, ours, torch, openVino };
      onRow?.(row);
      rows.push(row);
    }
  return rows;
}

export interface VaeRow {
  readonly half: VaeTask["half"];
  readonly latents: number;
  readonly ours: Measured<VaeTiming>;
  /** Of the decoder. */
  readonly openVino: OpenVinoTiming | null;
}

export interface VaeBenchOptions {
  readonly checkpoint: string;
  readonly runs: number;
  /** Sides of the latents; 64 is a picture of 512 pixels. */
  readonly sizes?: readonly number[];
  /** A Python with torch, diffusers and openvino, or nothing. */
  readonly python?: string;
  readonly on?: RunsOn;
  readonly onRow?: (row: VaeRow) => void;
}

/** The autoencoder on pictures of 512 and 256 pixels. */
export async function benchVae({
  checkpoint,
  runs,
  sizes = [64, 32],
  python,
  on = PROCESSOR,
  onRow,
}: VaeBenchOptions): Promise<VaeRow[]> {
  const rows: VaeRow[] = [];
  for (const latents of sizes)
    for (const half of ["encoder", "decoder"] as const) {
      const ours = await measure({ kind: "vae", checkpoint, half, latents, runs }, { on });
      const peer = { checkpoint, network: "vae", latents, batch: 1, runs } as const;
      const openVino = python && half === "decoder" ? await timeOpenVino(python, peer) : null;
      const row = { half, latents, ours, openVino };
      onRow?.(row);
      rows.push(row);
    }
  return rows;
}

/** Where the time of a UNet step goes, by operator. */
export async function profileUNet(checkpoint: string, latents = 64, on = PROCESSOR): Promise<OperatorShare[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "atelier-profile-"));
  try {
    const profile = path.join(folder, "unet");
    await measure({ kind: "unet", checkpoint, latents, batch: 1, runs: 1, products: "exact", profile }, { on });
    const [file] = await readdir(folder);
    return await operatorShares(path.join(folder, file!));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const IMAGES = {
  default: { faithful: false, stylePath: "adain", stepCache: "off" },
  deepcache: { faithful: false, stylePath: "adain", stepCache: "deepcache" },
  tgate: { faithful: false, stylePath: "adain", stepCache: "tgate" },
  both: { faithful: false, stylePath: "adain", stepCache: "both" },
  faithful: { faithful: true, stylePath: "adain", stepCache: "off" },
  attention: { faithful: false, stylePath: "attention", stepCache: "off" },
} as const satisfies Record<ImageForm, Partial<ImageTask>>;

export interface ImageRow {
  readonly form: ImageForm;
  readonly measured: Measured<ImageTiming>;
  /** Peak signal to noise beside the default form's picture, decibels; `null` but for those with a step cache. */
  readonly nearness: number | null;
}

export interface ImageBenchOptions {
  readonly forms?: readonly ImageForm[];
  readonly size?: number;
  readonly on?: RunsOn;
  readonly onRow?: (row: ImageRow) => void;
}

/** A whole picture in each form: 512 pixels, strength 0.7, with style image and description, nothing known before. */
export async function benchImage(
  checkpoint: string,
  { forms = IMAGE_FORMS, size = 512, on = PROCESSOR, onRow }: ImageBenchOptions = {},
): Promise<ImageRow[]> {
  await readThrough(checkpoint);
  const folder = await mkdtemp(path.join(tmpdir(), "atelier-bench-"));
  const rows: ImageRow[] = [];
  let plain: Buffer | null = null;
  try {
    for (const form of IMAGE_FORMS.filter((name) => forms.includes(name))) {
      const pixels = path.join(folder, form);
      const task = { kind: "image", checkpoint, variant: "image-prompt", strength: 0.7, steps: null, size } as const;
      const measured = await measure({ ...task, ...IMAGES[form], pixels }, { on });
      const picture = await readFile(pixels);
      if (form === "default") plain = picture;
      const nearness = plain && IMAGES[form].stepCache !== "off" ? peakSignalToNoise(picture, plain) : null;
      onRow?.({ form, measured, nearness });
      rows.push({ form, measured, nearness });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of bytes beside others, decibels. */
function peakSignalToNoise(bytes: Uint8Array, others: Uint8Array): number {
  const squares = bytes.reduce((sum, byte, i) => sum + (byte - others[i]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / bytes.length));
}

/** Reads every file once, so that the disk does not slow down whichever form comes first. */
async function readThrough(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    for await (const _ of createReadStream(path.join(entry.parentPath, entry.name), { highWaterMark: 4 << 20 }));
  }
}

async function timeTorch(python: string, args: readonly string[]): Promise<z.infer<typeof torchSchema>> {
  const { stdout } = await promisify(execFile)(python, [TORCH_SCRIPT, ...args], { maxBuffer: 1e7 });
  return torchSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1)!));
}
