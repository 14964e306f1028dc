/**
 * Style attention without training (StyleID: Chung et al. 2024): while the output is painted, the self-attention of the
 * last two up levels (blocks 6 to 11 of Stable Diffusion's `output_blocks`) takes its keys and values from the style, and
 * its queries partly from the content:
 *
 *     Q = γ Q_content + (1 - γ) Q_output,   φ = softmax(T · Q K_styleᵀ / √d) V_style
 *
 * The paper keeps features of the inversions, gigabytes of them. Here only their latents are kept, and style, content and
 * output pass the UNet as one batch with the exchange wired inside.
 */
import { attendPixels, type AttendPixels } from "../../models/spatial-transformer.ts";
import { unet } from "../../models/unet.ts";
import { checkpoint as pause } from "../checkpoint.ts";
import { type Floats, floatTensor, op, type Value } from "../onnx/index.ts";
import { adain, channelStatistics } from "./adain.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";
import { type Conditioning, expectNumbers } from "./inst.ts";
import { linear } from "./schedulers/linear.ts";
import { type NoiseLevel, NoiseLevels } from "./schedulers/noise-levels.ts";
import { noiseOf, originalOf } from "./schedulers/prediction.ts";

/**
 * How much of the content's queries stays, from the first step to the last along half a cosine: composition is decided
 * early, strokes late (the schedule of Scheduled StyleID, NTIRE 2026; the paper has 0.75 throughout).
 */
export interface GammaSchedule {
  readonly first: number;
  readonly last: number;
}

export const GAMMA: GammaSchedule = { first: 0.75, last: 0.375 };
/** Sharpens the attention, which the exchange makes too even. */
export const TEMPERATURE = 1.5;

/** @param progress 0 at the first step, 1 at the last */
export const gammaAt = ({ first, last }: GammaSchedule, progress: number): number =>
  last + ((first - last) * (1 + Math.cos(Math.PI * progress))) / 2;

/** The timesteps that a run visits, rising: the lowest `steps · strength` points of DDIM's grid. */
export function attentionGrid(steps: number, strength: number, { trainTimesteps, stepsOffset }: GridConfig): number[] {
  const stride = Math.floor(trainTimesteps / steps);
  const count = Math.max(1, Math.min(steps, Math.trunc(steps * strength)));
  return Array.from({ length: count }, (_, i) => Math.min(i * stride + stepsOffset, trainTimesteps - 1));
}

interface GridConfig {
  readonly trainTimesteps: number;
  readonly stepsOffset: number;
}

/**
 * DDIM backwards, under the empty prompt and unguided: the latents at each point of `grid`, rising. Each step predicts the
 * noise where it stands, the first at timestep 0. Costs one row of the UNet per point.
 *
 * @param latents clean and scaled, [1, C, h, w]
 */
export async function invertDdim(
  networks: DiffusionNetworks,
  latents: Floats,
  grid: readonly number[],
  empty: Floats,
  signal: AbortSignal | undefined,
): Promise<readonly Floats[]> {
  const levels = new NoiseLevels(networks.checkpoint.scheduler);
  const track: Floats[] = [];
  let sample = latents.data;
  let at = 0;
  for (const timestep of grid) {
    await pause(signal);
    const [prediction] = await networks.predict({ data: sample, shape: latents.shape }, at, [empty]);
    expectNumbers(prediction!, `the inversion at timestep ${at}`);
    sample = ddimStep(networks, prediction!, sample, levels.at(at), levels.at(timestep)).sample;
    track.push({ data: sample, shape: latents.shape });
    at = timestep;
  }
  return track;
}

export interface StyleAttentionInput {
  /** Rising; what `invertDdim` was given. */
  readonly grid: readonly number[];
  /** Latents of the content and of the style at each point of the grid, all of one shape. */
  readonly content: readonly Floats[];
  readonly style: readonly Floats[];
  /** The output's prompt; style and content pass under the empty one. */
  readonly conditioning: Conditioning;
  readonly gamma?: GammaSchedule;
  readonly temperature?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: (step: number, predictedOriginal: Floats) => Promise<void>;
}

export interface StyleAttentionResult {
  readonly latents: Floats;
  /** Rows of the UNet that were computed. */
  readonly rows: number;
}

/** Paints down the grid from the content's highest latents, moved to the style's statistics. */
export async function paintWithStyleAttention(
  networks: DiffusionNetworks,
  input: StyleAttentionInput,
): Promise<StyleAttentionResult> {
  const { grid, content, style, conditioning, gamma = GAMMA, temperature = TEMPERATURE, signal, onStep } = input;
  const { prompt, empty, guidance, guidedPart } = conditioning;
  const levels = new NoiseLevels(networks.checkpoint.scheduler);
  const guided = empty && guidance !== 1 ? Math.ceil(grid.length * guidedPart) : 0;
  const { shape } = content[0]!;
  let sample = adain(content.at(-1)!, channelStatistics(style.at(-1)!)).data;
  let rows = 0;
  for (let index = 0; index < grid.length; index++) {
    await pause(signal);
    const i = grid.length - 1 - index;
    const contexts = empty && index < guided ? [empty, prompt] : [prompt];
    const predictions = await predictTogether(networks, {
      latents: [style[i]!, content[i]!, ...contexts.map(() => ({ data: sample, shape }))],
      contexts: [empty ?? prompt, empty ?? prompt, ...contexts],
      timestep: grid[i]!,
      gamma: gammaAt(gamma, index / Math.max(1, grid.length - 1)),
      temperature,
    });
    rows += 2 + contexts.length;
    const [first, second] = predictions;
    const prediction = second ? first!.map((value, n) => value + guidance * (second[n]! - value)) : first!;
    expectNumbers(prediction, `step ${index + 1}`);
    const next = levels.at(grid[i - 1] ?? 0);
    const result = ddimStep(networks, prediction, sample, levels.at(grid[i]!), next);
    sample = result.sample;
    await onStep?.(index + 1, { data: result.original, shape });
  }
  return { latents: { data: sample, shape }, rows };
}

function ddimStep(
  networks: DiffusionNetworks,
  prediction: Float32Array,
  sample: Float32Array,
  from: NoiseLevel,
  to: NoiseLevel,
): { readonly sample: Float32Array; readonly original: Float32Array } {
  const type = networks.checkpoint.scheduler.predictionType;
  const original = originalOf(type, from, prediction, sample);
  return { sample: linear([to.alpha, original], [to.sigma, noiseOf(type, from, prediction, sample)]), original };
}

interface Together {
  /** Style, content, then one or more outputs. */
  readonly latents: readonly Floats[];
  /** One for each, equally long. */
  readonly contexts: readonly Floats[];
  readonly timestep: number;
  readonly gamma: number;
  readonly temperature: number;
}

/** @returns the predictions for the outputs */
async function predictTogether(networks: DiffusionNetworks, { latents, contexts, ...at }: Together) {
  const { dtype, products } = networks;
  const batch = latents.length;
  const [sample, context] = [stacked(latents), stacked(contexts)];
  const { config } = networks.checkpoint.unet;
  const lastLevels = [config.channels.length - 2, config.channels.length - 1].map((level) => `up_blocks.${level}.`);
  const scalar = (value: number) => floatTensor(dtype, { data: Float32Array.of(value), shape: [1] });
  const { prediction } = await networks.compute(
    `unet attention ${sample.shape.join("x")} ${context.shape[1]}`,
    (graph, weights) => {
      const gamma = graph.input("gamma", dtype, [1]);
      const temperature = graph.input("temperature", dtype, [1]);
      const exchange = exchangeWithStyle(gamma, temperature, batch);
      const attend: AttendPixels = (place) =>
        lastLevels.some((level) => place.path.startsWith(level)) ? exchange(place) : attendPixels(place);
      const inputs = {
        sample: graph.input("sample", dtype, sample.shape),
        timestep: graph.input("timestep", "float32", [1]),
        context: graph.input("context", dtype, context.shape),
      };
      return { prediction: op.slice(unet(weights("unet"), config, inputs, attend), 0, 2, batch) };
    },
    {
      sample: floatTensor(dtype, sample),
      timestep: floatTensor("float32", { data: Float32Array.of(at.timestep), shape: [1] }),
      context: floatTensor(dtype, context),
      gamma: scalar(at.gamma),
      temperature: scalar(at.temperature),
    },
    { arena: true, products },
  );
  const each = latents[0]!.data.length;
  return Array.from({ length: batch - 2 }, (_, i) => prediction.data.slice(i * each, (i + 1) * each));
}

/** Attention of the rows [style, content, outputs…]: the first two among themselves, the outputs over the style. */
const exchangeWithStyle =
  (gamma: Value, temperature: Value, batch: number): AttendPixels =>
  (place) => {
    const outputs = batch - 2;
    const [both, own] = op.split(place.query, [2, outputs], 0) as [Value, Value];
    const contentQuery = op.slice(both, 0, 1, 2);
    // γ Q_content + (1 - γ) Q = Q + γ (Q_content - Q)
    const mixed = op.mul(op.add(own, op.mul(op.sub(contentQuery, own), gamma)), temperature);
    const ofStyle = (x: Value): Value => {
      const style = op.slice(x, 0, 0, 1);
      return op.concat([op.slice(x, 0, 0, 2), ...Array.from({ length: outputs }, () => style)], 0);
    };
    return attendPixels({
      ...place,
      query: op.concat([both, mixed], 0),
      key: ofStyle(place.key),
      value: ofStyle(place.value),
    });
  };

function stacked(rows: readonly Floats[]): Floats {
  const [, ...shape] = rows[0]!.shape;
  const data = new Float32Array(rows.length * rows[0]!.data.length);
  rows.forEach((row, i) => data.set(row.data, i * row.data.length));
  return { data, shape: [rows.length, ...shape] };
}
