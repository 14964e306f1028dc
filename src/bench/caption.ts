/** Measurements of the captioner, side by side with llama.cpp where a Python that has it is given. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { type Measured, measure } from "./measure.ts";
import { memoryBandwidth } from "./memory-bandwidth.ts";
import { type OperatorShare, operatorShares } from "./operator-shares.ts";
import { type CaptionTiming, PROCESSOR, type RunsOn } from "./tasks.ts";

export { makeRandomCaptioner } from "./random-captioner.ts";

const LLAMA_SCRIPT = path.resolve(import.meta.dirname, "../../test/reference/time_llama.py");

export interface CaptionBenchOptions {
  /** A converted captioner; `makeRandomCaptioner` writes one of full size. */
  readonly checkpoint: string;
  /** Positions of the prefix. Default 640: 576 of the picture and the question's. */
  readonly prefix?: number;
  readonly tokens?: number;
  readonly on?: RunsOn;
  /** A Python with llama-cpp-python, or nothing. Its weights, as many and as random, are written beside the checkpoint. */
  readonly python?: string;
}

const peerSchema = z.object({
  peer: z.string(),
  bytes: z.number(),
  loadMs: z.number(),
  firstMs: z.number(),
  firstCpuMs: z.number(),
  wallMs: z.array(z.number()),
  cpuMs: z.array(z.number()),
});

export interface CaptionBench {
  readonly ours: Measured<CaptionTiming>;
  readonly peer: z.infer<typeof peerSchema> | null;
  /** Bytes per second that all cores together can read. */
  readonly bandwidth: number;
  /** Milliseconds that a token would take if it did nothing but read its weights and the cache at that speed. */
  readonly boundMs: number;
  /** Least CPU time of a token over the peer's: other processes disturb it less than the wall clock. */
  readonly ratio: number | null;
}

export async function benchCaption(options: CaptionBenchOptions): Promise<CaptionBench> {
  const { checkpoint, prefix = 640, tokens = 24, python, on = PROCESSOR } = options;
  const bandwidth = await memoryBandwidth();
  const ours = await measure({ kind: "caption", checkpoint, prefix, tokens, profile: null }, { on });
  const peer = python ? await timePeer(python, checkpoint, prefix, tokens) : null;
  const { weightBytes, cacheBytes, cpuMs } = ours.timing;
  return {
    ours,
    peer,
    bandwidth,
    boundMs: (1000 * (weightBytes + cacheBytes)) / bandwidth,
    ratio: peer && Math.min(...cpuMs) / Math.min(...peer.cpuMs),
  };
}

/** Where the time goes, by operator: the prefix and the tokens together. */
export async function profileCaption(checkpoint: string, prefix = 64, tokens = 24): Promise<OperatorShare[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "atelier-profile-"));
  try {
    await measure({ kind: "caption", checkpoint, prefix, tokens, profile: path.join(folder, "caption") });
    const [file] = await readdir(folder);
    return await operatorShares(path.join(folder, file!));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const layersSchema = z.object({ text_config: z.object({ num_hidden_layers: z.number() }) });

async function timePeer(
  python: string,
  checkpoint: string,
  prefix: number,
  tokens: number,
): Promise<z.infer<typeof peerSchema>> {
  const config = layersSchema.parse(JSON.parse(await readFile(path.join(checkpoint, "config.json"), "utf8")));
  const layers = config.text_config.num_hidden_layers;
  const args = [LLAMA_SCRIPT, path.join(checkpoint, `random-${layers}.gguf`), layers, prefix, tokens].map(String);
  // Its threads wait for each other in a loop by default, which on a busy machine is most of their CPU time.
  const env = { ...process.env, OMP_WAIT_POLICY: "passive" };
  const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 1e7, env });
  return peerSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1)!));
}
