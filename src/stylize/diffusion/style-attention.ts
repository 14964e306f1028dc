/**
 * Style attention without training (StyleID: Chung et al. 2024): while the output is painted, the self-attention of the
 * last two up levels (blocks 6 to 11 of Stable Diffusion's `output_blocks`) takes its keys and values from the style, and
 * its queries partly from the content:
 *
 *     Q = γ Q_content + (1 - γ) Q_output,   φ = softmax(T · Q K_styleᵀ / √d) V_style
 *
 * What is taken over was kept when both pictures went to noise (`style-inversion.ts`).
 *
 * Of several styles the output attends to each by itself, and what comes of that is mixed by their weights: the outer
 * interpolation of AID (He et al. 2024), which is exact where two styles are the same, and keeps to the weights wherever one
 * style fits better than another:
 *
 *     φ = Σ w_k softmax(T · Q K_kᵀ / √d) V_k
 */
import { type AttendPixels, attendPixels } from "../../../models/spatial-transformer.ts";
import type { Weighed } from "../../blend.ts";
import { breathe } from "../../breathe.ts";
import { type Floats, floatTensor, op, type Value } from "../../onnx/index.ts";
import { adain, channelStatistics, mixedStatistics } from "./adain.ts";
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
  /** Rising; what all traces were made over. */
  readonly grid: readonly number[];
  /** Of one shape. */
  readonly content: Trace;
  readonly styles: readonly Weighed<Trace>[];
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
  const { grid, content, styles, conditioning, gamma = GAMMA, temperature = TEMPERATURE, signal, onStep } = input;
  const { prompt, empty, guidance, guidedPart } = conditioning;
  const levels = new NoiseLevels(networks.checkpoint.scheduler);
  const guided = empty && guidance !== 1 ? Math.ceil(grid.length * guidedPart) : 0;
  const { shape } = content.end;
  const statistics = styles.map(({ end, weight }) => ({ ...channelStatistics(end), weight }));
  let sample = adain(content.end, mixedStatistics(statistics)).data;
  let rows = 0;
  for (let index = 0; index < grid.length; index++) {
    await breathe(signal);
    const i = grid.length - 1 - index;
    const contexts = empty && index < guided ? [empty, prompt] : [prompt];
    const exchange = takingOver(networks, {
      content: content.features[i]!,
      styles: styles.map(({ features, weight }) => ({ features: features[i]!, weight })),
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
  readonly content?: Features;
  readonly styles: readonly Weighed<{ readonly features: Features }>[];
  /** `null`: nothing was kept of the content, and the output's own queries ask. */
  readonly gamma: number | null;
  readonly temperature?: number;
}

/** Attention over the style, asked for partly by the content; what was kept of both goes into the graph. */
export function takingOver(
  networks: DiffusionNetworks,
  { content, styles, gamma, temperature = TEMPERATURE }: Exchange,
): UNetForm {
  const { config } = networks.checkpoint.unet;
  const numbers = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length] });
  const isBlend = styles.length > 1;
  return {
    name: `taking over${gamma === null ? " the style" : ""}${isBlend ? ` of ${styles.length}` : ""}`,
    places: (graph, _, dtype) => {
      const share = gamma === null ? null : graph.input("gamma", dtype, [1]);
      const sharpness = graph.input("temperature", dtype, [1]);
      const weights = isBlend ? graph.input("weights", dtype, [styles.length]) : null;
      const attend: AttendPixels = (place) => {
        if (!isExchanged(place.path, config)) return attendPixels(place);
        const kept = (part: "query" | "key" | "value", style = 0): Value => {
          const { shape } = place[part];
          return op.cast(graph.input(nameOf(`${place.path}.${part}`, style), "float16", shape.with(0, 1)), dtype);
        };
        const forEachRow = (x: Value): Value =>
          op.concat(
            Array.from({ length: place.query.shape[0] as number }, () => x),
            0,
          );
        // γ Q_content + (1 - γ) Q = Q + γ (Q_content - Q)
        const query = share ? op.add(place.query, op.mul(op.sub(kept("query"), place.query), share)) : place.query;
        const asked = op.mul(query, sharpness);
        const attended = styles.map((_, style) =>
          attendPixels({
            ...place,
            query: asked,
            key: forEachRow(kept("key", style)),
            value: forEachRow(kept("value", style)),
          }),
        );
        if (!weights) return attended[0]!;
        return attended
          .map((value, style) => op.mul(value, op.slice(weights, 0, style, style + 1)))
          .reduce((sum, value) => op.add(sum, value));
      };
      return { attend };
    },
    feeds: (dtype) => ({
      ...content,
      ...Object.fromEntries(
        styles.flatMap(({ features }, style) =>
          Object.entries(features).map(([name, tensor]) => [nameOf(name, style), tensor] as const),
        ),
      ),
      ...(isBlend && { weights: floatTensor(dtype, numbers(...styles.map(({ weight }) => weight))) }),
      ...(gamma !== null && { gamma: floatTensor(dtype, numbers(gamma)) }),
      temperature: floatTensor(dtype, numbers(temperature)),
    }),
  };
}

/** Of an input of the graph. @param style its place among the styles */
const nameOf = (feature: string, style: number): string => (style === 0 ? feature : `${feature}.${style}`);
