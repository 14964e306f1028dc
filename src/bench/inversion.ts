/** What learning a style costs: a training step at 256 and 512 pixels, side by side with PyTorch where one is given. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { type Measured, measure } from "./measure.ts";
import { type InversionTiming, PROCESSOR, type RunsOn } from "./tasks.ts";

const TORCH_SCRIPT = path.resolve(import.meta.dirname, "../../test/reference/time_inversion.py");

const torchSchema = z.object({ torch: z.string(), wallMs: z.array(z.number()), cpuMs: z.array(z.number()) });

export interface InversionRow {
  readonly latents: number;
  readonly ours: Measured<InversionTiming>;
  readonly torch: z.infer<typeof torchSchema> | null;
  /** Least CPU time of ours over PyTorch's. */
  readonly ratio: number | null;
}

export interface InversionBenchOptions {
  /** A diffusers folder. */
  readonly checkpoint: string;
  readonly runs: number;
  /** Sides of the latents; 32 is a picture of 256 pixels. */
  readonly sizes?: readonly number[];
  /** A Python with torch, diffusers and transformers. */
  readonly python?: string;
  readonly on?: RunsOn;
  readonly onRow?: (row: InversionRow) => void;
}

export async function benchInversion(options: InversionBenchOptions): Promise<InversionRow[]> {
  const { checkpoint, runs, sizes = [32, 64], python, on = PROCESSOR, onRow } = options;
  const rows: InversionRow[] = [];
  for (const latents of sizes) {
    const ours = await measure({ kind: "inversion", checkpoint, latents, runs }, { on });
    const torch = python ? await timeTorch(python, [checkpoint, latents, runs].map(String)) : null;
    const ratio = torch ? Math.min(...ours.timing.cpuMs) / Math.min(...torch.cpuMs) : null;
    const row = { latents, ours, torch, ratio };
    onRow?.(row);
    rows.push(row);
  }
  return rows;
}

/** Rows of the UNet that a picture costs, by style path; guidance and inversions included. */
export function rowsPerImage(steps: number, guidedPart: number): Readonly<Record<string, number>> {
  const guided = Math.ceil(steps * guidedPart);
  return {
    adain: 1 + steps,
    "adain with description": 1 + steps + guided,
    token: 1 + steps + guided,
    "attention, first run": 2 * (steps + 1) + steps,
    "attention, style known": 1 + 2 * steps,
    "attention with description, style known": 1 + 2 * steps + guided,
    // Guided with words and without: there is always the picture to be guided by.
    "adapter or styleshot": 1 + steps + guided,
    "adapter-token": 1 + steps + guided,
    "adapter-attention, first run": 2 * (steps + 1) + steps + guided,
    "adapter-attention, style known": 1 + 2 * steps + guided,
  };
}

async function timeTorch(python: string, args: readonly string[]): Promise<z.infer<typeof torchSchema>> {
  const { stdout } = await promisify(execFile)(python, [TORCH_SCRIPT, ...args], { maxBuffer: 1e7 });
  return torchSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1)!));
}
