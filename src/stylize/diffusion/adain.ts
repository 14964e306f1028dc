/** Adaptive instance normalisation of latents (Huang and Belongie 2017), as InST's code has it since June 2024. */
import type { Weighed } from "../../blend.ts";
import type { Floats } from "../../onnx/index.ts";

/** Mean and deviation of each channel. */
export interface ChannelStatistics {
  readonly means: readonly number[];
  /** sqrt(unbiased variance + 1e-5) */
  readonly deviations: readonly number[];
}

const EPSILON = 1e-5;

export function channelStatistics({ data, shape }: Floats): ChannelStatistics {
  const channels = shape[1]!;
  const size = data.length / channels;
  const means: number[] = [];
  const deviations: number[] = [];
  for (let c = 0; c < channels; c++) {
    const values = data.subarray(c * size, (c + 1) * size);
    let sum = 0;
    for (const value of values) sum += value;
    const mean = sum / size;
    let squares = 0;
    for (const value of values) squares += (value - mean) ** 2;
    means.push(mean);
    deviations.push(Math.sqrt(squares / (size - 1) + EPSILON));
  }
  return { means, deviations };
}

/** Those of several styles at once: means and deviations by weight, as the paper interpolates styles (section 6.2). */
export function mixedStatistics(styles: readonly Weighed<ChannelStatistics>[]): ChannelStatistics {
  const mixed = (of: "means" | "deviations"): number[] =>
    styles[0]![of].map((_, c) => styles.reduce((sum, style) => sum + style.weight * style[of][c]!, 0));
  return { means: mixed("means"), deviations: mixed("deviations") };
}

/** The content's latents [1, C, h, w] with each channel moved to the mean and deviation of the style's. */
export function adain(content: Floats, style: ChannelStatistics): Floats {
  const own = channelStatistics(content);
  const size = content.data.length / own.means.length;
  const data = content.data.map((value, i) => {
    const c = Math.floor(i / size);
    return ((value - own.means[c]!) / own.deviations[c]!) * style.deviations[c]! + style.means[c]!;
  });
  return { data, shape: content.shape };
}
