/** Learns a style from beginning to end: steps, looks, samples, and a state on the disk that any of them can go on from. */
import { mkdir } from "node:fs/promises";
import path from "node:path";

import type { ClipTokenizer } from "../../models/clip-tokenizer.ts";
import { asDiskFull, CancelledError } from "../errors.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";
import { type InversionState, readInversionState, writeInversionState } from "./inversion-state.ts";
import { DEFAULT_SETTINGS, type Stylizer } from "./stylizer.ts";
import { inversionSettings, TextualInversion } from "./textual-inversion.ts";
import type { TokenForm } from "./token-parameters.ts";

const SAVE_EVERY_MS = 60_000;
const SAMPLE_EVERY = 250;
const SEED = 23;

export interface LearnInput {
  readonly picture: RgbImage;
  readonly styleSha256: string;
  readonly description: string | null;
  readonly form: TokenForm;
  /** Side of the square the picture is seen in; `null`: 512, and 256 on a processor, where 512 takes five times as long. */
  readonly size: number | null;
  /** `null`: the form's own. */
  readonly maxSteps: number | null;
  /** Where the run is kept. One that is there already is gone on with. */
  readonly statePath: string;
}

export interface LearnHooks {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, maxSteps: number) => void;
  /** The loss of the fixed set was looked at. */
  readonly onLook?: (step: number, loss: number) => void;
  /** What the vector stands for by now. */
  readonly onSample?: (image: RgbImage, step: number) => Promise<void> | void;
  /** Resolves when nothing more urgent is waiting; asked before every step. */
  readonly giveWay?: () => Promise<void>;
}

export interface Learned {
  /** Steps done, and the step whose vector is the best. */
  readonly steps: number;
  readonly best: number;
  /** Loss of the fixed set before the first step, and of the best vector. */
  readonly firstLoss: number;
  readonly loss: number;
  readonly form: TokenForm;
}

/**
 * Runs until the loss settles or the steps are done. When it is cancelled or fails, what was reached is on the disk.
 *
 * @throws CancelledError, EngineError, UserError `disk-full`
 */
export async function learnStyle(
  networks: DiffusionNetworks,
  tokenizer: ClipTokenizer,
  stylizer: Stylizer,
  input: LearnInput,
  { signal, onStep, onLook, onSample, giveWay }: LearnHooks,
): Promise<Learned> {
  const { picture, form, statePath } = input;
  await mkdir(path.dirname(statePath), { recursive: true });
  await giveWay?.();
  const earlier = await stateOf(input);
  const size = input.size ?? (networks.device === "cpu" ? 256 : 512);
  const given = { seed: SEED, size, ...(input.maxSteps !== null && { maxSteps: input.maxSteps }) };
  const run = earlier
    ? await TextualInversion.resume(networks, tokenizer, picture, earlier)
    : await TextualInversion.begin(networks, tokenizer, input, inversionSettings(form, given));
  const save = (): Promise<void> =>
    writeInversionState(statePath, run.state).catch((error: unknown) => {
      throw asDiskFull(error) ?? error;
    });
  const { maxSteps } = run.state.settings;
  let savedAt = performance.now();
  let looks = 0;
  try {
    for (;;) {
      onStep?.(run.state.step, maxSteps);
      for (const { step, loss } of run.state.validations.slice(looks)) onLook?.(step, loss);
      looks = run.state.validations.length;
      if (run.done) break;
      if (performance.now() - savedAt > SAVE_EVERY_MS) {
        await save();
        savedAt = performance.now();
      }
      await giveWay?.();
      await run.step(signal);
      if (onSample && run.state.step % SAMPLE_EVERY === 0)
        await onSample(await sample(stylizer, input, run.state, size, signal), run.state.step);
    }
  } catch (error) {
    // The first fault is the one to tell; a second on the way out is not.
    await save().catch(() => undefined);
    throw error;
  }
  await save();
  return learned(run.state);
}

export const learned = ({ step, best, validations, settings }: InversionState): Learned => ({
  steps: step,
  best: best.step,
  firstLoss: validations[0]?.loss ?? best.loss,
  loss: best.loss,
  form: settings.form,
});

/** The state that was left; `null` when there is none, it is damaged, or it is of another picture or form. */
async function stateOf({ statePath, styleSha256, form }: LearnInput): Promise<InversionState | null> {
  const state = await readInversionState(statePath).catch(() => null);
  return state?.styleSha256 === styleSha256 && state.settings.form === form ? state : null;
}

/** The style picture drowned in noise and painted again by its token: what comes back is what was learned. */
async function sample(
  stylizer: Stylizer,
  { picture, styleSha256 }: LearnInput,
  { best }: InversionState,
  size: number,
  signal: AbortSignal | undefined,
): Promise<RgbImage> {
  if (signal?.aborted) throw new CancelledError();
  const { image } = await stylizer.stylize(
    {
      content: picture,
      style: picture,
      contentSha256: styleSha256,
      styleSha256,
      variant: "inst",
      description: null,
      token: best.vector,
      settings: { ...DEFAULT_SETTINGS, seed: SEED, size, strength: 1, stylePath: "token" },
    },
    signal ? { signal } : {},
  );
  return image;
}
