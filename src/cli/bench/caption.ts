/** Measurements of the captioner on a full-size checkpoint of random weights. */
import { runsOn } from "../../bench/runs-on.ts";
import { benchCaption, makeRandomCaptioner } from "../../bench/caption.ts";
import type { ExecutionDevice } from "../../onnx/devices.ts";
import { progressLine } from "../progress.ts";
import { heading, median, megabytes, ms, row } from "./print.ts";

export interface CaptionBenchCommand {
  /** A converted captioner. */
  readonly checkpoint: string;
  /** A Python with llama-cpp-python. */
  readonly python?: string;
  readonly device: ExecutionDevice;
}

export async function makeCaptioner(folder: string): Promise<void> {
  const bar = progressLine();
  const onProgress = (done: number, total: number): void => bar.show(done, total, "Writing");
  await makeRandomCaptioner(folder, { onProgress }).finally(() => bar.stop());
  console.log(folder);
}

export async function caption({ checkpoint, python, device }: CaptionBenchCommand): Promise<void> {
  const on = await runsOn(device);
  heading("Captioner, a prefix of 640 positions, 24 tokens (CPU time over cores in brackets)");
  const result = await benchCaption({ checkpoint, on, ...(python !== undefined && { python }) });
  const { timing, peak } = result.ours;
  row("looking at the picture", ms(timing.visionMs));
  row("opening the language model", ms(timing.loadMs));
  row("reading the prefix, to the first token", `${ms(timing.firstMs)} (${ms(timing.firstCpuMs)})`);
  // Where many are written in one run, most come at once: only their mean says something.
  const token = timing.wallMs.reduce((sum, wall) => sum + wall, 0) / timing.wallMs.length;
  row("one token", `${ms(token)} (${ms(median(timing.cpuMs))})`);
  row("tokens per second", (1000 / token).toFixed(2));
  row("weights and cache read per token", megabytes(timing.weightBytes + timing.cacheBytes));
  row("bytes to the device and back per token", megabytes(timing.crossedBytes));
  row("memory bandwidth", `${(result.bandwidth / 1e9).toFixed(1)} GB/s`);
  row("a token at that bandwidth", ms(result.boundMs));
  if (peak) row("anonymous memory", megabytes(peak.anonymous));
  if (!result.peer || result.ratio === null) return;
  const { peer, firstMs, firstCpuMs, wallMs, cpuMs } = result.peer;
  row(`${peer}, reading the prefix`, `${ms(firstMs)} (${ms(firstCpuMs)})`);
  row(`${peer}, one token`, `${ms(median(wallMs))} (${ms(median(cpuMs))})`);
  row("our prefix to the peer's", (timing.firstCpuMs / firstCpuMs).toFixed(2));
  row("our token to the peer's", result.ratio.toFixed(2), { text: "0.8 at most", held: result.ratio <= 0.8 });
}
