/**
 * How many steps a free vector needs to the loss that the reference's form has after its 6,100, and where the early
 * stop ends: on a small checkpoint, as it is the ratio that counts and no picture.
 */
import { ClipTokenizer } from "../../models/clip-tokenizer.ts";
import { readStoredPicture } from "../images/decode.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import type { TokenForm } from "../painting.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../stylize/diffusion/diffusion-networks.ts";
import type { LossPoint } from "../stylize/diffusion/inversion-state.ts";
import { gaussianNoise } from "../stylize/diffusion/noise.ts";
import { inversionSettings, TextualInversion } from "../stylize/diffusion/textual-inversion.ts";

const SEED = 23;
const SIZE = 64;
/** Fixed sets beside the run's own, to see how much its judgement is worth. */
const OTHER_SETS = 16;

interface VectorFigures {
  readonly start: "words" | "noise";
  readonly firstLoss: number;
  /** Steps to the loss of the faithful form's last step; `null` when it was not reached in as many. */
  readonly toTarget: number | null;
  /** Where the early stop ends it, and the best vector by then. */
  readonly stop: LossPoint;
  /** Lowest loss of all looks of a run as long as the faithful one. */
  readonly lowest: LossPoint;
  /** Standard deviation of the difference of two looks after the stop: what a look can be wrong by. */
  readonly jitter: number;
  /** What the best vector gains over the start, on the run's own set and on others. */
  readonly gain: number;
  readonly otherGains: readonly number[];
}

export interface TargetFigures {
  readonly faithful: { readonly steps: number; readonly firstLoss: number; readonly loss: number };
  readonly vectors: readonly VectorFigures[];
}

export interface TargetOptions {
  /** A small diffusers folder. */
  readonly checkpoint: string;
  /** The style picture. */
  readonly picture: string;
  readonly description: string;
  /** Of the faithful form, when not all of them. */
  readonly steps?: number;
  readonly onRun?: (name: string) => void;
}

export async function benchTarget(options: TargetOptions): Promise<TargetFigures> {
  const { checkpoint: folder, description, onRun } = options;
  const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
  const sessions = new SessionPool(4e9);
  const networks = new DiffusionNetworks(checkpoint, { device: "cpu", dtype: "float32", attention: "fused", sessions });
  const tokenizer = await ClipTokenizer.load(checkpoint.tokenizer);
  const picture = await readStoredPicture(options.picture);
  const begin = (form: TokenForm): Promise<TextualInversion> => {
    const input = { picture, styleSha256: "0".repeat(64), description };
    return TextualInversion.begin(networks, tokenizer, input, inversionSettings(form, { seed: SEED, size: SIZE }));
  };
  try {
    onRun?.("faithful");
    const faithful = await begin("affine");
    const maxSteps = options.steps ?? faithful.state.settings.maxSteps;
    while (faithful.state.step < maxSteps) await faithful.step();
    const firstLoss = faithful.state.validations[0]!.loss;
    const target = await faithful.validate(faithful.vector);
    const vectors: VectorFigures[] = [];
    for (const start of ["words", "noise"] as const) {
      onRun?.(`vector from ${start}`);
      const fromWords = await begin("vector");
      let run = fromWords;
      if (start === "noise") {
        const data = noiseLike(fromWords.vector);
        const loss = await fromWords.validate(data);
        run = await TextualInversion.resume(networks, tokenizer, picture, {
          ...fromWords.state,
          tensors: { vector: { data: data.slice(), shape: [data.length] } },
          validations: [{ step: 0, loss }],
          best: { step: 0, loss, vector: data },
        });
      }
      vectors.push(await followed(run, start, target, maxSteps));
    }
    return { faithful: { steps: maxSteps, firstLoss, loss: target }, vectors };
  } finally {
    await sessions.release();
  }
}

async function followed(
  run: TextualInversion,
  start: VectorFigures["start"],
  target: number,
  steps: number,
): Promise<VectorFigures> {
  const first = run.vector;
  const firstLoss = run.state.best.loss;
  let stop: (LossPoint & { readonly vector: Float32Array }) | null = null;
  while (run.state.step < steps) {
    await run.step();
    if (run.done) stop ??= { ...run.state.best, step: run.state.step };
  }
  const { validations, best } = run.state;
  const stopped = stop ?? { ...best, step: steps };
  const otherGains: number[] = [];
  for (let seed = SEED + 1; seed <= SEED + OTHER_SETS; seed++) {
    const before = await run.validate(first, undefined, seed);
    otherGains.push(before - (await run.validate(stopped.vector, undefined, seed)));
  }
  const settled = validations.filter(({ step }) => step > stopped.step);
  return {
    start,
    firstLoss,
    toTarget: validations.find(({ loss }) => loss <= target)?.step ?? null,
    stop: { step: stopped.step, loss: stopped.loss },
    lowest: { step: best.step, loss: best.loss },
    jitter: deviation(settled.slice(1).map(({ loss }, i) => loss - settled[i]!.loss)),
    gain: firstLoss - stopped.loss,
    otherGains,
  };
}

/** A direction by chance, as long as the vector. */
function noiseLike(vector: Float32Array): Float32Array {
  const noise = gaussianNoise(SEED, vector.length, 0);
  const scale = Math.hypot(...vector) / Math.hypot(...noise);
  return noise.map((value) => value * scale);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
