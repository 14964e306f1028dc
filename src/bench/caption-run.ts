/** Times a captioner's networks on one picture and one prefix of random numbers; text plays no part. */
import path from "node:path";

import { llavaConfigSchema } from "../../models/llava.ts";
import { dataFile } from "../caption/llava/convert/graphs.ts";
import { LlavaDecoder } from "../caption/llava/token-decoder.ts";
import { decoderSession, goesOn, visionSession } from "../caption/llava/networks.ts";
import { type Floats, floatTensor } from "../onnx/index.ts";
import { readJson } from "../onnx/files/read-json.ts";
import { readSafetensors } from "../onnx/files/safetensors.ts";
import { seededRandom } from "../random.ts";
import { startClock, timeRuns } from "./clock.ts";
import type { CaptionTask, CaptionTiming, RunsOn } from "./tasks.ts";

export async function timeCaption(task: CaptionTask, { device, forms }: RunsOn): Promise<CaptionTiming> {
  const config = await readJson(path.join(task.checkpoint, "config.json"), llavaConfigSchema);
  const sourceOf = (part: "vision" | "embeddings" | "decoder") =>
    readSafetensors(path.join(task.checkpoint, "onnx", dataFile(part)));
  const random = seededRandom(1);
  const noise = (...shape: number[]): Floats => {
    const length = shape.reduce((product, dim) => product * dim, 1);
    return { data: Float32Array.from({ length }, () => 2 * random() - 1), shape };
  };

  const looking = startClock();
  const vision = await visionSession(await sourceOf("vision"), config, { device, ...forms }).open();
  const { imageSize } = config.vision;
  await vision.runOne({ pixel_values: floatTensor("float32", noise(1, 3, imageSize, imageSize)) });
  await vision.release();
  const visionMs = looking.wall();

  const loading = startClock();
  const profile = task.profile === null ? {} : { profilePrefix: task.profile };
  const goingOn = goesOn(device);
  const table = goingOn ? await sourceOf("embeddings") : null;
  const recipe = decoderSession(await sourceOf("decoder"), config.text, { device, ...forms, ...profile, table });
  const session = await recipe.open();
  const loadMs = loading.wall();

  const decoder = new LlavaDecoder(session, config.text, forms.dtype, goingOn);
  const { width, layers, kvHeads, headWidth } = config.text;
  const reading = startClock();
  await decoder.begin(noise(task.prefix, width));
  const [firstMs, firstCpuMs] = [reading.wall(), reading.cpu()];
  const token = noise(1, width);
  const before = session.crossed;
  // A run of its own for each, or many tokens a run: whatever the device's way is.
  const writing = decoder.write(async () => token, task.tokens + 1)[Symbol.asyncIterator]();
  await writing.next();
  const { wallMs, cpuMs } = await timeRuns(task.tokens, () => writing.next());
  const crossedBytes = (session.crossed - before) / task.tokens;
  decoder.close();
  if (task.profile !== null) session.endProfiling();
  await session.release();
  const cacheBytes = 2 * 4 * task.prefix * layers * kvHeads * headWidth;
  return {
    kind: "caption",
    visionMs,
    loadMs,
    firstMs,
    firstCpuMs,
    wallMs,
    cpuMs,
    weightBytes: recipe.bytes,
    cacheBytes,
    crossedBytes,
  };
}
