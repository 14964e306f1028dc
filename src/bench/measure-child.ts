/** One measurement in a process of its own, so that its memory is its own: forked by `measure`, never run by hand. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";

import { unet } from "../../models/unet.ts";
import { messageOf } from "../errors.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { Graph, floatTensor, openSession } from "../onnx/index.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { Weights } from "../onnx/weights.ts";
import { DEFAULT_SETTINGS } from "../painting.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { openDiffusion } from "../stylize/diffusion/diffusion.ts";
import { withRoundedUNet } from "../stylize/diffusion/int8-unet.ts";
import { gaussianNoise } from "../stylize/diffusion/noise.ts";
import { timeCaption } from "./caption-run.ts";
import { startClock, timeRuns } from "./clock.ts";
import { timeInversion } from "./inversion-run.ts";
import type { BenchTask, ImageTask, ImageTiming, Timing, UNetTask, UNetTiming } from "./tasks.ts";

/** The UNet alone, opened as the engine opens it. */
async function timeUNet(task: UNetTask): Promise<UNetTiming> {
  const load = startClock();
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(task.checkpoint));
  const { unet: network } = task.products === "int8" ? await withRoundedUNet(checkpoint) : checkpoint;
  const { inChannels, contextWidth } = network.config;
  const shapes = {
    sample: [task.batch, inChannels, task.latents, task.latents],
    context: [task.batch, 77, contextWidth],
  };
  const graph = new Graph("unet", { products: task.products });
  const prediction = unet(new Weights(graph, network.source, "float32"), network.config, {
    sample: graph.input("sample", "float32", shapes.sample),
    timestep: graph.input("timestep", "float32", [1]),
    context: graph.input("context", "float32", shapes.context),
  });
  graph.output("prediction", prediction);
  const session = await openSession(graph, task.profile === null ? {} : { profilePrefix: task.profile });
  const loadMs = load.wall();

  const normal = (shape: readonly number[], stream: number) =>
    floatTensor("float32", {
      data: gaussianNoise(
        1,
        shape.reduce((a, b) => a * b, 1),
        stream,
      ),
      shape,
    });
  const feeds = {
    sample: normal(shapes.sample, 0),
    timestep: floatTensor("float32", { data: Float32Array.of(481), shape: [1] }),
    context: normal(shapes.context, 1),
  };
  const first = startClock();
  await session.runOne(feeds);
  const firstRunMs = first.wall();
  const { wallMs, cpuMs } = await timeRuns(task.runs, () => session.runOne(feeds));
  if (task.profile !== null) session.endProfiling();
  await session.release();
  return { kind: "unet", loadMs, firstRunMs, wallMs, cpuMs };
}

/** A whole picture, encoder and decoder included, nothing cached. */
async function timeImage(task: ImageTask): Promise<ImageTiming> {
  const stylizer = await openDiffusion({
    checkpoint: await placeOfCheckpoint(task.checkpoint),
    device: "cpu",
    precision: "auto",
    sessions: new SessionPool(12e9),
  });
  const [content, style] = [testPicture(task.size, 1), testPicture(task.size, 2)];
  const sha256 = ({ data }: RgbImage): string => createHash("sha256").update(data).digest("hex");
  const clock = startClock();
  let firstStepMs = 0;
  const result = await stylizer.stylize(
    {
      content,
      style,
      contentSha256: sha256(content),
      styleSha256: sha256(style),
      variant: task.variant,
      description: "a warm palette of orange, red and gold",
      settings: {
        ...DEFAULT_SETTINGS,
        stylePath: task.stylePath,
        seed: 1,
        size: task.size,
        steps: task.steps,
        strength: task.strength,
        faithful: task.faithful,
        stepCache: task.stepCache,
      },
    },
    { onProgress: () => (firstStepMs ||= clock.wall()), onPreview: () => undefined },
  );
  const { steps, unetRows = 0 } = result;
  const timing = { kind: "image", wallMs: clock.wall(), cpuMs: clock.cpu(), firstStepMs, steps, unetRows } as const;
  if (task.pixels !== null) await writeFile(task.pixels, result.image.data);
  return timing;
}

function testPicture(size: number, stream: number): RgbImage {
  const noise = gaussianNoise(7, size * size * 3, stream);
  return {
    width: size,
    height: size,
    data: Uint8Array.from(noise, (value) => Math.max(0, Math.min(255, 128 + 40 * value))),
  };
}

function run(task: BenchTask): Promise<Timing> {
  if (task.kind === "caption") return timeCaption(task);
  if (task.kind === "inversion") return timeInversion(task);
  return task.kind === "unet" ? timeUNet(task) : timeImage(task);
}

process.once("message", (task: BenchTask) => {
  run(task)
    .then((timing) => process.send!({ timing }))
    .catch((error: unknown) => process.send!({ error: messageOf(error) }))
    .finally(() => process.disconnect());
});
