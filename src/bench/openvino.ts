/** OpenVINO beside our own networks, where a Python that has it is given. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

const SCRIPT = path.resolve(import.meta.dirname, "../../test/reference/time_openvino.py");

const timingSchema = z
  .object({
    openvino: z.string(),
    /** Reading, converting and compiling. */
    loadMs: z.number(),
    /** Of each run: wall clock, and CPU time over the number of cores. */
    wallMs: z.array(z.number()),
    cpuMs: z.array(z.number()),
  })
  .nullable();
export type OpenVinoTiming = NonNullable<z.infer<typeof timingSchema>>;

export interface OpenVinoTask {
  readonly checkpoint: string;
  readonly network: "unet" | "vae";
  readonly latents: number;
  readonly batch: number;
  readonly runs: number;
}

/** `null` where that Python has no OpenVINO. */
export async function timeOpenVino(python: string, task: OpenVinoTask): Promise<OpenVinoTiming | null> {
  const args = [task.checkpoint, task.network, task.latents, task.batch, task.runs].map(String);
  const { stdout } = await promisify(execFile)(python, [SCRIPT, ...args], { maxBuffer: 1e7 });
  return timingSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1)!));
}
