/**
 * Style attention without training (StyleID: Chung et al. 2024): while the output is painted, the self-attention of the
 * last two up levels (blocks 6 to 11 of Stable Diffusion's `output_blocks`) takes its keys and values from the style, and
 * its queries partly from the content:
 *
 *     Q = γ Q_content + (1 - γ) Q_output,   φ = softmax(T · Q K_styleᵀ / √d) V_style
 *
 * What is taken over was kept when both pictures went to noise (`style-inversion.ts`).
 */
import { type AttendPixels, attendPixels } from "../../../models/spatial-transformer.ts";
import { breathe } from "../../breathe.ts";
import { type Floats, floatTensor, op, type Value } from "../../onnx/index.ts";
import { adain, channelStatistics } from "./adain.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";
import { type Conditioning, expectNumbers } from "./inst.ts";
import { NoiseLevels } from "./schedulers/noise-levels.ts";
import { ddimStep, type Features, isExchanged, type Trace } from "./style-inversion.ts";
import type { UNetForm } from "./unet-recording.ts";

/**
 * How much of the content's queries stays, from the first step to the last along half a cosine: composition is decided
 * early, strokes late (the schedule of Scheduled StyleID, NTIRE 2026; the paper has 0.75 throughout).
 */
interface GammaSchedule {
  readonly first: number;
  readonly last: number;
}

const GAMMA: GammaSchedule = { first: 0.75, last: 0.375 };
/** Sharpens the attention, which the exchange makes too even. */
const TEMPERATURE = 1.5;

/** @param progress 0 at the first step, 1 at the last */
const gammaAt = ({ first, last }: GammaSchedule, progress: number): number =>
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

export interface StyleAttentionInput {
  /** Rising; what both traces were made over. */
  readonly grid: readonly number[];
  /** Of one shape. */
  readonly content: Trace;
  readonly style: Trace;
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
  const { shape } = content.end;
  let sample = adain(content.end, channelStatistics(style.end)).data;
  let rows = 0;
  for (let index = 0; index < grid.length; index++) {
    await breathe(signal);
    const i = grid.length - 1 - index;
    const contexts = empty && index < guided ? [empty, prompt] : [prompt];
    const exchange = takingOver(networks, {
      features: { ...content.features[i]!, ...style.features[i]! },
      gamma: gammaAt(gamma, index / Math.max(1, grid.length - 1)),
      temperature,
    });
    const at = { data: sample, shape };
    const [first, second] = await networks.predict(at, grid[i]!, contexts, exchange);
    rows += contexts.length;
    const prediction = second ? first!.map((value, n) => value + guidance * (second[n]! - value)) : first!;
    expectNumbers(prediction, `step ${index + 1}`);
    const next = levels.at(grid[i - 1] ?? 0);
    const result = ddimStep(networks, prediction, sample, levels.at(grid[i]!), next);
    sample = result.sample;
    await onStep?.(index + 1, { data: result.original, shape });
  }
  return { latents: { data: sample, shape }, rows };
}

interface Exchange {
  readonly features: Features;
  /** `null`: nothing was kept of the content, and the output's own queries ask. */
  readonly gamma: number | null;
  readonly temperature?: number;
}

/** Attention over the style, asked for partly by the content; what was kept of both goes into the graph. */
export function takingOver(
  networks: DiffusionNetworks,
  { features, gamma, temperature = TEMPERATURE }: Exchange,
): UNetForm {
  const { config } = networks.checkpoint.unet;
  const scalar = (value: number) => ({ data: Float32Array.of(value), shape: [1] });
  return {
    name: gamma === null ? "taking over the style" : "taking over",
    places: (graph, _, dtype) => {
      const share = gamma === null ? null : graph.input("gamma", dtype, [1]);
      const sharpness = graph.input("temperature", dtype, [1]);
      const attend: AttendPixels = (place) => {
        if (!isExchanged(place.path, config)) return attendPixels(place);
        const kept = (part: "query" | "key" | "value"): Value => {
          const { shape } = place[part];
          return op.cast(graph.input(`${place.path}.${part}`, "float16", shape.with(0, 1)), dtype);
        };
        const forEachRow = (x: Value): Value =>
          op.concat(
            Array.from({ length: place.query.shape[0] as number }, () => x),
            0,
          );
        // γ Q_content + (1 - γ) Q = Q + γ (Q_content - Q)
        const query = share ? op.add(place.query, op.mul(op.sub(kept("query"), place.query), share)) : place.query;
        return attendPixels({
          ...place,
          query: op.mul(query, sharpness),
          key: forEachRow(kept("key")),
          value: forEachRow(kept("value")),
        });
      };
      return { attend };
    },
    feeds: (dtype) => ({
      ...features,
      ...(gamma !== null && { gamma: floatTensor(dtype, scalar(gamma)) }),
      temperature: floatTensor(dtype, scalar(temperature)),
    }),
  };
}
