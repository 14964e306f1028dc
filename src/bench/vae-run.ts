/** The autoencoder's two halves, as the engine opens and runs them. */
import { SessionPool } from "../onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../stylize/diffusion/diffusion-networks.ts";
import { gaussianNoise } from "../stylize/diffusion/noise.ts";
import { startClock, timeRuns } from "./clock.ts";
import type { RunsOn, VaeTask, VaeTiming } from "./tasks.ts";

export async function timeVae(task: VaeTask, { device, forms }: RunsOn): Promise<VaeTiming> {
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(task.checkpoint));
  const sessions = new SessionPool(12e9);
  const networks = new DiffusionNetworks(checkpoint, { device, ...forms, sessions });
  const { latentChannels, downscale } = checkpoint.vae.config;
  const [channels, side] = task.half === "decoder" ? [latentChannels, task.latents] : [3, task.latents * downscale];
  const input = { data: gaussianNoise(1, channels * side ** 2), shape: [1, channels, side, side] };
  const run = () => (task.half === "decoder" ? networks.decodeLatents(input) : networks.encodePicture(input));
  const first = startClock();
  await run();
  const firstRunMs = first.wall();
  const { wallMs, cpuMs } = await timeRuns(task.runs, run);
  await sessions.release();
  return { kind: "vae", firstRunMs, wallMs, cpuMs };
}
