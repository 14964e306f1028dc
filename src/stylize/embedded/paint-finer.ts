/**
 * HD: a finished picture painted finer at a larger size. Of patch synthesis only the finest level is run, begun from the
 * picture itself and drawn to it; in the end the picture's composition and colours are put back.
 */
import type { Weighed } from "../../blend.ts";
import { breathe } from "../../breathe.ts";
import { asComposed, type Hold } from "../../images/as-composed.ts";
import { oklabToRgb, rgbToOklab } from "../../images/oklab.ts";
import { type PlanarImage, type Plane, resizePlanar } from "../../images/plane.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { seededRandom } from "../../random.ts";
import { type StylizeHooks, type StylizeInput, type StylizeResult, stylesOf } from "../stylizer.ts";
import type { KernelPool } from "./kernels/worker-pool.ts";
import { Guidance } from "./patch/guidance.ts";
import { NARROW_PASS, type PatchPass } from "./patch/parameters.ts";
import { resultSize } from "./patch/sizes.ts";
import { colourQuantiles, sampleColours } from "./patch/sliced-transport.ts";
import { CHROMA_GAIN } from "./patch/synthesis.ts";
import { synthesiseLevel } from "./patch/synthesis-level.ts";
import { readStyle, type StylePicture } from "./read-style.ts";

/** What patches are taken from, and how they are laid. */
interface Bank {
  readonly styles: readonly Weighed<Pick<StylePicture, "image" | "usable">>[];
  readonly passes: readonly PatchPass[];
  /** pull of the picture at each pixel */
  readonly pull: number;
  readonly hold: Hold;
}

/** The style's own strokes: a little of what is finest in the picture gives way to them. */
const OF_STYLE = {
  passes: [
    { size: 13, gap: 4, iterations: 2 },
    { size: 9, gap: 3, iterations: 2 },
  ],
  pull: 0.5,
  hold: { sigma: 0.7, rounds: 2 },
} as const;

/** The picture's own marks at half their size: they sharpen it, and may not become marks of their own. */
const OF_PICTURE = { passes: [{ size: 9, gap: 3, iterations: 2 }], pull: 1, hold: { sigma: 0, rounds: 3 } } as const;

const NOISE = 0.01;
const GUIDE_WEIGHT = 0.02;
const TONE_HOLD = 0.9;
const USAGE_PENALTY = 0.0005;
/** Colours that the picture's distribution is taken from, about. */
const SAMPLES = 20_000;

/** Before the first pass and after the last one. */
const OTHER_STEPS = 2;

/** @param input its content is the finished picture. @throws CancelledError */
export async function paintFiner(
  pool: KernelPool,
  input: StylizeInput,
  sessions: SessionPool,
  { signal, onProgress, onPreview }: StylizeHooks,
): Promise<StylizeResult> {
  const { settings } = input;
  const picture = rgbToOklab(input.content, CHROMA_GAIN);
  const size = resultSize(picture, settings.size);
  await breathe(signal);
  const bank = await bankOf(input, picture, Math.max(size.width, size.height), sessions, signal);
  const passes = fitting(bank, picture);
  const steps = passes.length + OTHER_STEPS;
  const start = resizePlanar(picture, size);
  await breathe(signal);
  onProgress?.(1, steps);
  onPreview?.(oklabToRgb(start, CHROMA_GAIN), 1, steps);
  const everywhere = (value: number): Plane => new Float32Array(size.width * size.height).fill(value);
  let step = 1;
  const { image } = await synthesiseLevel(
    pool,
    {
      styles: bank.styles.map((style) => ({ ...style, guidance: new Guidance(style.image) })),
      guidance: { content: new Guidance(start), weight: GUIDE_WEIGHT },
      target: start,
      pull: everywhere(bank.pull),
      hold: everywhere(TONE_HOLD),
      start,
      // The picture has the colours that it is to have.
      recolour: everywhere(0),
      noise: NOISE,
      passes,
      usagePenalty: USAGE_PENALTY,
      colours: colourQuantiles(sampleColours(picture, SAMPLES)),
      carried: null,
    },
    seededRandom(settings.seed),
    {
      signal,
      onPass: (read) => {
        onProgress?.(++step, steps);
        onPreview?.(oklabToRgb(read(), CHROMA_GAIN), step, steps);
      },
    },
  );
  await breathe(signal);
  const held = oklabToRgb(asComposed(image, picture, bank.hold), CHROMA_GAIN);
  onProgress?.(steps, steps);
  return { image: held, steps, guidance: null, stylePath: null };
}

/**
 * Where the picture's strokes can be found larger: in the style pictures, if those were looked at and neither words nor the
 * content's own colours have made something else of one. Otherwise in the picture itself.
 */
async function bankOf(
  input: StylizeInput,
  picture: PlanarImage,
  longSide: number,
  sessions: SessionPool,
  signal: AbortSignal | undefined,
): Promise<Bank> {
  const usable = new Float32Array(picture.width * picture.height).fill(1);
  const own = { styles: [{ image: picture, usable, weight: 1 }], ...OF_PICTURE };
  if (input.variant === "prompt" || input.settings.keepColors) return own;
  const asked = stylesOf(input);
  // Several take the memory of one, which is what an engine says that it has.
  const largest = longSide / Math.sqrt(asked.length);
  const styles: Weighed<StylePicture>[] = [];
  for (const { picture: style, description, weight } of asked) {
    // A style picture that would have to be enlarged for it has no finer strokes to give.
    const native = Math.max(style.width, style.height);
    const side = Math.min(largest, Math.max(native, longSide / 2));
    styles.push({ ...(await readStyle({ ...input, style, description }, side, sessions, signal)), weight });
  }
  return styles.some(({ changes }) => changes?.newMedium) ? own : { styles, ...OF_STYLE };
}

/** The passes whose patches fit well into all pictures. */
function fitting({ styles, passes }: Bank, picture: PlanarImage): readonly PatchPass[] {
  const room = Math.min(
    ...[picture, ...styles.map(({ image }) => image)].flatMap(({ width, height }) => [width, height]),
  );
  const fits = ({ size }: PatchPass): boolean => size * 1.6 <= room;
  const found = passes.filter(fits);
  return found.length > 0 ? found : [NARROW_PASS].filter(fits);
}
