/**
 * The first half of style attention: a picture goes to noise by DDIM backwards, and what its self-attention saw on the
 * way is kept for the output to take over.
 */
import { attendPixels } from "../../../models/spatial-transformer.ts";
import type { UNetConfig } from "../../../models/unet.ts";
import { breathe } from "../../breathe.ts";
import { type Floats, floatsOf, op, type Tensor } from "../../onnx/index.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";
import { expectNumbers } from "./inst.ts";
import { ByteCache } from "./latents-cache.ts";
import { linear } from "./schedulers/linear-combination.ts";
import { type NoiseLevel, NoiseLevels } from "./schedulers/noise-levels.ts";
import { noiseOf, originalOf } from "./schedulers/prediction.ts";
import type { UNetForm } from "./unet-recording.ts";

/** What is kept of a picture: a style gives keys and values, a content its queries. */
export type Role = "style" | "content";

const PARTS = ["query", "key", "value"] as const;
const KEPT: Readonly<Record<Role, readonly (typeof PARTS)[number][]>> = { style: ["key", "value"], content: ["query"] };

/** One tensor [1, h · w, C] for each place and part, `PLACE.key`; in half precision, the gigabyte halves. */
export type Features = Readonly<Record<string, Tensor>>;

/** A picture on its way to noise. */
export interface Trace {
  /** Latents at the last point of the grid. */
  readonly end: Floats;
  /** At each point of the grid, rising. */
  readonly features: readonly Features[];
}

const bytesOf = ({ end, features }: Trace): number =>
  features
    .flatMap((at) => Object.values(at))
    .reduce((sum, { data }) => sum + (data as Uint16Array).byteLength, end.data.byteLength);

/** Whether the output takes the style's keys and values there: blocks 6 to 11 of Stable Diffusion's `output_blocks`. */
export function isExchanged(place: string, { channels }: UNetConfig): boolean {
  return [channels.length - 2, channels.length - 1].some((level) => place.startsWith(`up_blocks.${level}.`));
}

export interface InversionOptions {
  readonly role: Role;
  /** Rising timesteps. */
  readonly grid: readonly number[];
  /** The empty prompt, encoded. */
  readonly empty: Floats;
  readonly signal?: AbortSignal | undefined;
  /** A prediction was made. */
  readonly onRow?: () => void;
}

/**
 * DDIM backwards, unguided. Each step predicts the noise where it stands, the first at timestep 0, so what is predicted
 * to leave a point of the grid also gives its features; the last point is left for nowhere and predicted for them alone.
 * Costs a row of the UNet per point and one more.
 *
 * @param latents clean and scaled, [1, C, h, w]
 */
async function invertDdim(
  networks: DiffusionNetworks,
  latents: Floats,
  { role, grid, empty, signal, onRow }: InversionOptions,
): Promise<Trace> {
  const levels = new NoiseLevels(networks.checkpoint.scheduler);
  const exchange = seeing(networks.checkpoint.unet.config);
  const features: Features[] = [];
  let sample = latents;
  let at = 0;
  for (const [index, next] of [...grid, null].entries()) {
    await breathe(signal);
    const { prediction, ...seen } = await networks.runUNet({ sample, timestep: at, contexts: [empty] }, exchange);
    onRow?.();
    if (index > 0) features.push(ofRole(seen, role));
    if (next === null) break;
    const { data } = floatsOf(prediction!);
    expectNumbers(data, `the inversion at timestep ${at}`);
    const step = ddimStep(networks, data, sample.data, levels.at(at), levels.at(next));
    sample = { data: step.sample, shape: latents.shape };
    at = next;
  }
  return { end: sample, features };
}

/** Traces of pictures, kept by what they depend on. */
export class Traces {
  readonly #networks: DiffusionNetworks;
  readonly #kept: ByteCache<Trace>;

  /** @param budgetBytes the trace of a style of 512 x 512 pixels over 14 points takes 330 MB, of a content half of it */
  constructor(networks: DiffusionNetworks, budgetBytes: number) {
    this.#networks = networks;
    this.#kept = new ByteCache(budgetBytes, bytesOf);
  }

  /** @param key names the latents */
  of(key: string, latents: Floats, options: InversionOptions): Promise<Trace> {
    const all = [options.role, key, latents.shape.join("x"), options.grid.join()].join(" ");
    return this.#kept.get(all, () => invertDdim(this.#networks, latents, options));
  }

  forget(): void {
    this.#kept.clear();
  }
}

const ofRole = (seen: Features, role: Role): Features =>
  Object.fromEntries(Object.entries(seen).filter(([name]) => KEPT[role].some((part) => name.endsWith(`.${part}`))));

/** Gives out queries, keys and values of the places that are exchanged. */
const seeing = (config: UNetConfig): UNetForm => ({
  name: "seen",
  places: (_, given) => ({
    attend: (place) => {
      if (isExchanged(place.path, config))
        for (const part of PARTS) given[`${place.path}.${part}`] = op.cast(place[part], "float16");
      return attendPixels(place);
    },
  }),
});

/** A step of DDIM in either direction. @returns the sample at `to`, and the picture without noise that was predicted */
export function ddimStep(
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
