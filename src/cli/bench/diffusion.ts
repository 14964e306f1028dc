/** Measurements of Stable Diffusion on a full-size checkpoint, random weights as good as any. */
import { access } from "node:fs/promises";
import path from "node:path";

import { benchImage, benchUNet, benchVae, makeRandomCheckpoint, profileUNet } from "../../bench/diffusion.ts";
import type { ImageForm } from "../../bench/tasks.ts";
import { runsOn } from "../../bench/runs-on.ts";
import { UserError } from "../../errors.ts";
import type { ExecutionDevice } from "../../onnx/devices.ts";
import { progressLine } from "../progress.ts";
import { atMost, heading, median, megabytes, ms, row, seconds } from "./print.ts";

export interface DiffusionBenchOptions {
  /** A diffusers folder. */
  readonly checkpoint: string;
  /** A Python with torch and diffusers. */
  readonly python?: string;
  readonly runs: number;
  readonly device: ExecutionDevice;
}

export interface ImageBenchCommand extends DiffusionBenchOptions {
  readonly size: number;
  /** Only these. */
  readonly form?: readonly ImageForm[];
}

export async function makeCheckpoint(folder: string): Promise<void> {
  const bar = progressLine();
  await makeRandomCheckpoint(folder, (written, total) => bar.show(written, total, "Writing")).finally(() => bar.stop());
  console.log(folder);
}

async function expectCheckpoint(folder: string): Promise<void> {
  await access(path.join(folder, "model_index.json")).catch((error: unknown) => {
    throw new UserError(
      "no-checkpoint",
      `${folder} is not a checkpoint. Write one of random weights (4.3 GB): atelier bench make-checkpoint`,
      { cause: error },
    );
  });
}

export async function unet({ checkpoint, python, runs, device }: DiffusionBenchOptions): Promise<void> {
  await expectCheckpoint(checkpoint);
  const on = await runsOn(device);
  /** CPU time of one row, by size. */
  const firsts = new Map<number, number>();
  heading(`UNet, one step, medians of ${runs} (CPU time over cores in brackets)`);
  await benchUNet({
    checkpoint,
    runs,
    on,
    ...(python !== undefined && { python }),
    onRow: ({ latents, batch, ours, torch, openVino }) => {
      firsts.set(latents, firsts.get(latents) ?? Math.min(...ours.timing.cpuMs));
      const { timing, peak } = ours;
      const name = `${latents} x ${latents}, batch ${batch}`;
      row(name, `${ms(median(timing.wallMs))} (${ms(median(timing.cpuMs))})`);
      row("  load", ms(timing.loadMs), atMost(timing.loadMs, 2000, "ms"));
      if (peak) row("  anonymous memory", megabytes(peak.anonymous), atMost(peak.anonymous / 1e6, 1200, "MB"));
      row("  held where it runs, planned", `${heldWords(timing.heldBytes)}, ${megabytes(timing.plannedBytes)}`);
      if (batch > 1) {
        const toOne = Math.min(...timing.cpuMs) / firsts.get(latents)!;
        row("  to one row's", toOne.toFixed(2), { text: "1.9 at most", held: toOne <= 1.9 });
      }
      if (torch) peerRows(`PyTorch ${torch.torch}`, torch, timing, 0.8);
      if (openVino) peerRows(`OpenVINO ${openVino.openvino}`, openVino, timing, 0.95);
    },
  });
  heading("Share of time by operator, 64 x 64");
  for (const { operator, share } of (await profileUNet(checkpoint, 64, on)).slice(0, 8))
    row(operator, `${(share * 100).toFixed(1)} %`);
}

export async function vae({ checkpoint, python, runs, device }: DiffusionBenchOptions): Promise<void> {
  await expectCheckpoint(checkpoint);
  const on = await runsOn(device);
  heading(`Autoencoder, medians of ${runs} (CPU time over cores in brackets)`);
  await benchVae({
    checkpoint,
    runs,
    on,
    ...(python !== undefined && { python }),
    onRow: ({ half, latents, ours: { timing, peak }, openVino }) => {
      row(`${half}, ${8 * latents} px`, `${ms(median(timing.wallMs))} (${ms(median(timing.cpuMs))})`);
      row("  opening and first run", ms(timing.firstRunMs));
      if (peak) row("  anonymous memory", megabytes(peak.anonymous));
      if (openVino) peerRows(`OpenVINO ${openVino.openvino}`, openVino, timing, 0.95);
    },
  });
}

type Times = Readonly<Record<"wallMs" | "cpuMs", readonly number[]>>;

/** A peer's time, and ours to it: least CPU times, as other processes disturb these less than the wall clock. */
function peerRows(peer: string, theirs: Times, ours: Times, target: number): void {
  const ratio = Math.min(...ours.cpuMs) / Math.min(...theirs.cpuMs);
  row(`  ${peer}`, `${ms(median(theirs.wallMs))} (${ms(median(theirs.cpuMs))})`);
  row("  ours to that", ratio.toFixed(2), { text: `${target} at most`, held: ratio <= target });
}

export async function image({ checkpoint, size, form, device }: ImageBenchCommand): Promise<void> {
  await expectCheckpoint(checkpoint);
  const on = await runsOn(device);
  heading(`Whole picture at ${size} px, style image and description, strength 0.7`);
  const rows = await benchImage(checkpoint, {
    size,
    on,
    ...(form && { forms: form }),
    onRow: ({ form: name, measured: { timing, peak }, nearness }) => {
      const unetRows = Number(timing.unetRows.toFixed(1));
      row(`${name}, ${timing.steps} steps, ${unetRows} rows`, seconds(timing.wallMs / 1000));
      row("  CPU time over cores", seconds(timing.cpuMs / 1000));
      row("  first step after", seconds(timing.firstStepMs / 1000));
      if (peak) row("  anonymous memory", megabytes(peak.anonymous));
      if (nearness !== null) row("  beside the default form's picture", `${nearness.toFixed(1)} dB`);
    },
  });
  const wallOf = (name: ImageForm) => rows.find((measured) => measured.form === name)?.measured.timing.wallMs;
  const [ours, faithful] = [wallOf("default"), wallOf("faithful")];
  if (ours === undefined || faithful === undefined) return;
  row("default to faithful", (ours / faithful).toFixed(2), { text: "0.45 at most", held: ours / faithful <= 0.45 });
}

const heldWords = (bytes: number | null): string => (bytes === null ? "?" : megabytes(bytes));
