/**
 * HD by Stable Diffusion: the finished picture is enlarged, encoded, drowned in the noise of the last third of the schedule
 * and denoised again, in windows of the size that the networks were trained on. The noise is one for the whole field. In the
 * end the picture's composition and colours are put back.
 */
import type { Weighed } from "../../../blend.ts";
import { breathe } from "../../../breathe.ts";
import { asComposed } from "../../../images/as-composed.ts";
import { oklabToRgb, rgbToOklab } from "../../../images/oklab.ts";
import type { Size } from "../../../images/plane.ts";
import { resizeTo } from "../../../images/resize.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import type { Floats } from "../../../onnx/index.ts";
import type { StylizeHooks } from "../../stylizer.ts";
import type { DiffusionNetworks } from "../diffusion-networks.ts";
import { type Conditioning, expectNumbers, type PredictNoise, synthesize } from "../inst.ts";
import { floatsToPicture, latentsOfMoments, pictureToFloats, unscaled } from "../latents.ts";
import { NOISE_STREAM } from "../noise.ts";
import type { Previews } from "../previews.ts";
import type { SamplingPlan } from "../schedulers/index.ts";
import { takingOver } from "../style-attention.ts";
import type { Trace } from "../style-inversion.ts";
import { decodeInTiles } from "../tiled-decoder.ts";
import { overWindows, windowsOver } from "./windows.ts";

/** Of the schedule, from its end: what is coarser than a few pixels of the picture is decided before. */
export const HD_STRENGTH = 1 / 3;

/** Sides of windows, and what neighbours have in common at least, in latents: 512 pixels, and a quarter of them. */
export const WINDOW: { readonly side: number; readonly overlap: number } = { side: 64, overlap: 16 };

/** What is finer than a pixel or so of the picture is the larger one's own. */
const HOLD = { sigma: 0.7, rounds: 3 } as const;

export interface LargerInput {
  readonly picture: RgbImage;
  /** Of the result, pixels. */
  readonly size: Size;
  readonly window: typeof WINDOW;
  /** Of the last third. */
  readonly plan: SamplingPlan;
  readonly conditioning: Conditioning;
  /** `length` values of N(0, 1) for a use (`NOISE_STREAM`). */
  readonly noise: (length: number, stream: number) => Float32Array;
  /**
   * Where attention takes over the styles' keys and values: these, of each style cut to a window's size in pixels, at rising
   * timesteps. The picture's own queries ask for them. Empty where it does not.
   */
  readonly styles: readonly Weighed<TraceableStyle>[];
  readonly previews: Previews;
}

interface TraceableStyle {
  readonly trace: (cutTo: Size, grid: readonly number[], onRow: () => void) => Promise<Trace>;
}

export interface Larger {
  readonly image: RgbImage;
  readonly steps: number;
  /** Rows that passed the UNet. */
  readonly unetRows: number;
}

/** @throws CancelledError; EngineError when a network gives no numbers */
export async function paintLarger(
  networks: DiffusionNetworks,
  { picture, size, window, plan, conditioning, noise, styles, previews }: LargerInput,
  { signal, onProgress, onPreview }: StylizeHooks,
): Promise<Larger> {
  const { downscale, scalingFactor } = networks.checkpoint.vae.config;
  const field = { width: size.width / downscale, height: size.height / downscale };
  const windows = windowsOver(field, window.side, window.overlap);
  const grid = plan.timesteps.toReversed();
  const traced = styles.length * (grid.length + 1);
  const steps = traced + windows.places.length * (1 + grid.length) + 1;
  let step = 0;
  let unetRows = 0;
  const onPiece = (): void => onProgress?.(++step, steps);
  const inWindows = (of: Floats, run: (piece: Floats) => Promise<readonly Floats[]>, scale?: number) =>
    overWindows(
      of,
      windows,
      async (piece) => {
        await breathe(signal);
        const rows = await run(piece);
        onPiece();
        return rows;
      },
      scale,
    );

  const cutTo = { width: windows.across.length * downscale, height: windows.down.length * downscale };
  const onRow = (): void => {
    unetRows++;
    onPiece();
  };
  const traces: Weighed<Trace>[] = [];
  for (const { trace, weight } of styles) traces.push({ ...(await trace(cutTo, grid, onRow)), weight });
  // A trace that was kept made no rows.
  step = traced;
  await networks.closeUNet();
  const enlarged = pictureToFloats(await resizeTo(picture, size.width, size.height));
  const [moments] = await inWindows(enlarged, async (piece) => [await networks.encodePicture(piece)], downscale);
  expectNumbers(moments!.data, "the encoder");
  const { data, shape } = latentsOfMoments(moments!, scalingFactor, null);

  const predict: PredictNoise = async (sample, timestep, contexts) => {
    const at = grid.indexOf(timestep);
    const seen = traces.map(({ features, weight }) => ({ features: features[at]!, weight }));
    const form = seen.length > 0 ? takingOver(networks, { styles: seen, gamma: null }) : undefined;
    const rows = await inWindows(sample, async (piece) => {
      unetRows += contexts.length;
      const predictions = await networks.predict(piece, timestep, contexts, form);
      return predictions.map((prediction) => ({ data: prediction, shape: piece.shape }));
    });
    return rows.map((row) => row.data);
  };
  const latents = await synthesize(
    { data: plan.addNoise(data, noise(data.length, NOISE_STREAM.start)), shape },
    {
      predict,
      plan,
      conditioning,
      signal,
      stepNoise: (index) => noise(data.length, NOISE_STREAM.step + index),
      onStep: async (_, predictedOriginal) => onPreview?.(await previews.show(predictedOriginal, step), step, steps),
    },
  );
  await networks.closeUNet();
  const decoded = await decodeInTiles(networks, unscaled(latents, scalingFactor), { signal });
  expectNumbers(decoded.data, "the decoder");
  const large = rgbToOklab(floatsToPicture(decoded));
  const image = oklabToRgb(asComposed(large, rgbToOklab(picture), HOLD));
  onPiece();
  return { image, steps: grid.length, unetRows };
}
