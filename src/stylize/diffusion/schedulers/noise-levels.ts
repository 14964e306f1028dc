/** How much signal and how much noise there is at each timestep, in double precision. */
import type { SchedulerConfig } from "./scheduler-config.ts";

/** `sample = alpha * latents + sigma * noise`, alpha^2 + sigma^2 = 1. */
export interface NoiseLevel {
  readonly alpha: number;
  readonly sigma: number;
}

/** Signal left at the last timestep of a schedule that ends without any, so that its logarithm exists. */
export const SIGNAL_FLOOR = 2 ** -24;

/** The noise levels of a training schedule. */
export class NoiseLevels {
  /** Cumulative products of 1 - beta: the share of signal in the variance at each timestep. */
  readonly alphaBars: Float64Array;

  /**
   * @param floor signal left at the very last timestep of a schedule that ends without any; schedulers that divide by
   *   it need a number above 0
   */
  constructor(config: Pick<SchedulerConfig, "betas">, floor = 0) {
    let product = 1;
    this.alphaBars = Float64Array.from(config.betas, (beta) => (product *= 1 - beta));
    const last = this.alphaBars.length - 1;
    if (this.alphaBars[last]! < floor) this.alphaBars[last] = floor;
  }

  get trainTimesteps(): number {
    return this.alphaBars.length;
  }

  alphaBar(timestep: number): number {
    const value = this.alphaBars[timestep];
    if (value === undefined) throw new RangeError(`there is no timestep ${timestep}`);
    return value;
  }

  /** Noise over signal, sqrt((1 - alphaBar) / alphaBar); between two timesteps by linear interpolation. */
  ratio(timestep: number): number {
    const below = Math.floor(timestep);
    const low = noiseOverSignal(this.alphaBar(below));
    if (below === timestep) return low;
    return low + (noiseOverSignal(this.alphaBar(below + 1)) - low) * (timestep - below);
  }

  at(timestep: number): NoiseLevel {
    if (!Number.isInteger(timestep)) return levelOfRatio(this.ratio(timestep));
    const alphaBar = this.alphaBar(timestep);
    return { alpha: Math.sqrt(alphaBar), sigma: Math.sqrt(1 - alphaBar) };
  }
}

const noiseOverSignal = (alphaBar: number): number => Math.sqrt((1 - alphaBar) / alphaBar);

/** The variance-preserving level that has this ratio of noise over signal. */
function levelOfRatio(ratio: number): NoiseLevel {
  const alpha = 1 / Math.sqrt(ratio * ratio + 1);
  return { alpha, sigma: ratio * alpha };
}

/** ln(alpha / sigma), half the logarithm of the signal-to-noise ratio; +Infinity where there is no noise. */
export const halfLogSnr = ({ alpha, sigma }: NoiseLevel): number => Math.log(alpha) - Math.log(sigma);
