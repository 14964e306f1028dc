/** One measurement in a process of its own, so that its memory is its own: forked by `measure`, never run by hand. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";

import { messageOf } from "../errors.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { tryDevice } from "../onnx/device-trials.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { DEFAULT_SETTINGS } from "../painting.ts";
import { placeOfCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { openDiffusion } from "../stylize/diffusion/diffusion.ts";
import { gaussianNoise } from "../stylize/diffusion/noise.ts";
import { timeCaption } from "./caption-run.ts";
import { startClock } from "./clock.ts";
import { checkFixtures } from "./fixture-checks.ts";
import { timeInversion } from "./inversion-run.ts";
import { timeDecoder, timeUNet } from "./network-run.ts";
import type { BenchTask, ImageTask, ImageTiming, RunsOn, Timing } from "./tasks.ts";
import { timeVae } from "./vae-run.ts";

/** A whole picture, encoder and decoder included, nothing cached. */
async function timeImage(task: ImageTask, { device, forms }: RunsOn): Promise<ImageTiming> {
  const stylizer = await openDiffusion({
    checkpoint: await placeOfCheckpoint(task.checkpoint),
    device,
    forms,
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

async function run(task: BenchTask, on: RunsOn): Promise<Timing> {
  if (task.kind === "unet") return timeUNet(task, on);
  if (task.kind === "decoder") return timeDecoder(task, on);
  if (task.kind === "vae") return timeVae(task, on);
  if (task.kind === "image") return timeImage(task, on);
  if (task.kind === "caption") return timeCaption(task, on);
  if (task.kind === "inversion") return timeInversion(task, on);
  if (task.kind === "trials") return { kind: "trials", results: await tryDevice(on.device) };
  const splits: string[] = [];
  return { kind: "fixtures", checks: await checkFixtures(on, (text) => splits.push(text)), splits };
}

process.once("message", ({ task, on }: { readonly task: BenchTask; readonly on: RunsOn }) => {
  run(task, on)
    .then((timing) => process.send!({ timing }))
    .catch((error: unknown) => process.send!({ error: messageOf(error) }))
    .finally(() => process.disconnect());
});
