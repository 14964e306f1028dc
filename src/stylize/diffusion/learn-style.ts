/** Learns a style from beginning to end: steps, looks, samples, and a state on the disk that any of them can go on from. */
import { mkdir } from "node:fs/promises";
import path from "node:path";

import type { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { breathe, throwIfCancelled } from "../../breathe.ts";
import { asDiskFull, CancelledError } from "../../errors.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { DEFAULT_SETTINGS } from "../../painting.ts";
import type { Learned, LearnHooks, LearnInput, Stylizer } from "../stylizer.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";
import { type InversionState, readInversionState, writeInversionState } from "./inversion-state.ts";
import { inversionSettings, TextualInversion, type Turn } from "./textual-inversion.ts";

const SAVE_EVERY_MS = 60_000;
/** A first sample soon, then one for every so many steps, which take ten times as long as the sample. */
const FIRST_SAMPLE = 50;
const SAMPLE_EVERY = 250;
/** As in InST's code. */
const SEED = 23;
/** Sides of the square that a picture is seen in. */
const SIZE = { card: 512, processor: 256 } as const;

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
  hooks: LearnHooks,
): Promise<Learned> {
  const { onBegun, onStep, onLook, onSample } = hooks;
  const turn = async (): Promise<void> => {
    await breathe(hooks.signal);
    await hooks.giveWay?.();
  };
  const run = await begun(networks, tokenizer, input, turn);
  const { maxSteps, size } = run.state.settings;
  const save = (): Promise<void> => noted(writeInversionState(input.statePath, run.state));
  // A disk without room for the run is told of now, and not when there is something to lose.
  await save();
  let savedAt = performance.now();
  let looks = 0;
  onBegun?.(size, run.state.step);
  try {
    for (;;) {
      onStep?.(run.state.step, maxSteps);
      const isLook = run.state.validations.length > looks;
      // Who hears of a look may count on what was reached by then.
      if (run.state.step > 0 && (isLook || performance.now() - savedAt > SAVE_EVERY_MS)) {
        await save();
        savedAt = performance.now();
      }
      for (const { step, loss } of run.state.validations.slice(looks)) onLook?.(step, loss);
      looks = run.state.validations.length;
      if (run.done) break;
      await run.step(turn);
      if (onSample && isSampleDue(run.state.step))
        onSample(await sample(stylizer, input, run.state, hooks, turn), run.state.step);
    }
  } catch (error) {
    // The first fault is the one to tell; a second on the way out is not.
    await save().catch(() => undefined);
    throw error;
  } finally {
    // The way back through the UNet holds gigabytes that nobody else has a use for.
    await networks.closeUNet();
  }
  await save();
  return learned(run.state);
}

const learned = ({ step, best, validations, settings }: InversionState): Learned => ({
  steps: step,
  best: best.step,
  firstLoss: validations[0]?.loss ?? best.loss,
  loss: best.loss,
  form: settings.form,
});

/** The run that was left on the disk, else a new one. */
async function begun(
  networks: DiffusionNetworks,
  tokenizer: ClipTokenizer,
  input: LearnInput,
  turn: Turn,
): Promise<TextualInversion> {
  await noted(mkdir(path.dirname(input.statePath), { recursive: true }));
  const earlier = await stateOf(input);
  if (earlier) return TextualInversion.resume(networks, tokenizer, input.picture, earlier, turn);
  const size = input.size ?? (networks.device === "cpu" ? SIZE.processor : SIZE.card);
  const given = { seed: SEED, size, ...(input.maxSteps !== null && { maxSteps: input.maxSteps }) };
  return TextualInversion.begin(networks, tokenizer, input, inversionSettings(input.form, given), turn);
}

/** @throws UserError `disk-full` in place of the fault of a write that found no room */
const noted = (writing: Promise<unknown>): Promise<void> =>
  writing.then(
    () => undefined,
    (error: unknown) => {
      throw asDiskFull(error, "learned") ?? error;
    },
  );

const isSampleDue = (step: number): boolean => step === FIRST_SAMPLE || step % SAMPLE_EVERY === 0;

/** The state that was left; `null` when there is none, it is damaged, or it is of another picture or form. */
async function stateOf({ statePath, styleSha256, form }: LearnInput): Promise<InversionState | null> {
  const state = await readInversionState(statePath).catch(() => null);
  return state?.styleSha256 === styleSha256 && state.settings.form === form ? state : null;
}

/**
 * The style picture drowned in noise and painted again by its token: what comes back is what was learned. Where somebody
 * else needs the networks meanwhile it is begun again after that.
 */
async function sample(
  stylizer: Stylizer,
  { picture, styleSha256 }: LearnInput,
  { best, settings: { size } }: InversionState,
  { signal, isBusy }: LearnHooks,
  turn: Turn,
): Promise<RgbImage> {
  for (;;) {
    await turn();
    const yielding = new AbortController();
    try {
      const { image } = await stylizer.stylize(
        {
          content: picture,
          style: picture,
          contentSha256: styleSha256,
          styleSha256,
          variant: "inst",
          description: null,
          token: best.vector,
          settings: { ...DEFAULT_SETTINGS, seed: SEED, size, strength: 1, stylePath: "token", stepCache: "off" },
        },
        {
          signal: AbortSignal.any([yielding.signal, ...(signal ? [signal] : [])]),
          onProgress: () => isBusy?.() && yielding.abort(),
        },
      );
      return image;
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof CancelledError && yielding.signal.aborted)) throw error;
    }
  }
}
