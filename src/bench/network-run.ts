/** Times one network alone, opened as the engine opens it. */
import { unet } from "../../models/unet.ts";
import { vaeDecoder } from "../../models/vae.ts";
import { floatTensor, Graph, openSession, type Tensor } from "../onnx/index.ts";
import { Weights } from "../onnx/weights.ts";
import { sessionBytes, workingBytes } from "../onnx/working-memory.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { withRoundedUNet } from "../stylize/diffusion/int8-unet.ts";
import { gaussianNoise } from "../stylize/diffusion/noise.ts";
import { startClock, timeRuns } from "./clock.ts";
import { watchMemory } from "./held-memory.ts";
import type { DecoderTask, NetworkTiming, RunsOn, UNetTask } from "./tasks.ts";

export async function timeUNet(task: UNetTask, { device, forms }: RunsOn): Promise<NetworkTiming> {
  const load = startClock();
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(task.checkpoint));
  const { unet: network } = task.products === "int8" ? await withRoundedUNet(checkpoint) : checkpoint;
  const { inChannels, contextWidth } = network.config;
  const shapes = {
    sample: [task.batch, inChannels, task.latents, task.latents],
    context: [task.batch, 77, contextWidth],
  };
  const { dtype, attention, convolution, fusions } = forms;
  const graph = new Graph("unet", { attention, convolution, fusions, products: task.products });
  const weights = new Weights(graph, network.source, dtype);
  const prediction = unet(weights, network.config, {
    sample: graph.input("sample", dtype, shapes.sample),
    timestep: graph.input("timestep", "float32", [1]),
    context: graph.input("context", dtype, shapes.context),
  });
  graph.output("prediction", prediction);
  const feeds = {
    sample: noise(dtype, shapes.sample, 0),
    timestep: floatTensor("float32", { data: Float32Array.of(481), shape: [1] }),
    context: noise(dtype, shapes.context, 1),
  };
  return timeSession({ graph, weights, feeds, device, load, arena: true, runs: task.runs, profile: task.profile });
}

/** The decoder, which needs more working memory than all else. */
export async function timeDecoder(task: DecoderTask, { device, forms }: RunsOn): Promise<NetworkTiming> {
  const load = startClock();
  const { vae } = await readDiffusionCheckpoint(await placeOfCheckpoint(task.checkpoint));
  const { dtype, attention, convolution, fusions } = forms;
  const graph = new Graph("vae-decoder", { attention, convolution, fusions });
  const weights = new Weights(graph, vae.source, dtype);
  const shape = [1, vae.config.latentChannels, task.latents, task.latents];
  graph.output("picture", vaeDecoder(weights, vae.config, graph.input("latents", dtype, shape)));
  const feeds = { latents: noise(dtype, shape, 0) };
  return timeSession({ graph, weights, feeds, device, load, arena: false, runs: task.runs, profile: null });
}

interface SessionRun {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly device: RunsOn["device"];
  readonly load: ReturnType<typeof startClock>;
  readonly arena: boolean;
  readonly runs: number;
  readonly profile: string | null;
}

async function timeSession(run: SessionRun): Promise<NetworkTiming> {
  const { graph, weights, feeds, device, load, arena, runs, profile } = run;
  const heldSince = await watchMemory(device);
  const session = await openSession(graph, { device, arena, ...(profile !== null && { profilePrefix: profile }) });
  const loadMs = load.wall();
  const first = startClock();
  await session.runOne(feeds);
  const firstRunMs = first.wall();
  const { wallMs, cpuMs } = await timeRuns(runs, () => session.runOne(feeds));
  const heldBytes = await heldSince();
  if (profile !== null) session.endProfiling();
  await session.release();
  const plannedBytes =
    device === "cpu" ? weights.bytes + workingBytes(graph) : sessionBytes(graph, weights.bytes, device);
  return { kind: "network", loadMs, firstRunMs, wallMs, cpuMs, plannedBytes, heldBytes, isSplit: session.isSplit };
}

const noise = (dtype: RunsOn["forms"]["dtype"], shape: readonly number[], stream: number): Tensor => {
  const length = shape.reduce((a, b) => a * b, 1);
  return floatTensor(dtype, { data: gaussianNoise(1, length, stream), shape });
};
