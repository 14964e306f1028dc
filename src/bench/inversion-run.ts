/** One step of textual inversion, as the engine takes it: text encoder, UNet and the way back, in one graph. */
import { inversionLoss } from "../stylize/diffusion/inversion-loss.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../stylize/diffusion/diffusion-networks.ts";
import { gaussianNoise } from "../stylize/diffusion/noise.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { startClock } from "./clock.ts";
import type { InversionTask, InversionTiming, RunsOn } from "./tasks.ts";

export async function timeInversion(task: InversionTask, { device, forms }: RunsOn): Promise<InversionTiming> {
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(task.checkpoint));
  const sessions = new SessionPool(12e9);
  const networks = new DiffusionNetworks(checkpoint, { device, ...forms, sessions });
  const { positions, width } = checkpoint.text.config;
  const { inChannels } = checkpoint.unet.config;
  const size = inChannels * task.latents ** 2;
  const input = {
    embeddings: { data: gaussianNoise(1, positions * width, 0), shape: [1, positions, width] },
    sample: { data: gaussianNoise(1, size, 1), shape: [1, inChannels, task.latents, task.latents] },
    timestep: 481,
    target: gaussianNoise(1, size, 2),
  };
  const first = startClock();
  await inversionLoss(networks, input);
  const firstRunMs = first.wall();
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let i = 0; i < task.runs; i++) {
    const clock = startClock();
    await inversionLoss(networks, input);
    wallMs.push(clock.wall());
    cpuMs.push(clock.cpu());
  }
  await sessions.release();
  return { kind: "inversion", firstRunMs, wallMs, cpuMs };
}
