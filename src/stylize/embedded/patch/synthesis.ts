/**
 * Style transfer by texture synthesis (Elad & Milanfar, Style-Transfer via Texture-Synthesis, 2017), with PatchMatch
 * instead of an exhaustive search. All pictures are OKLab with a and b times `CHROMA_GAIN`.
 */
import type { Weighed } from "../../../blend.ts";
import { breathe } from "../../../breathe.ts";
import {
  fitLongSide,
  resizePlanar,
  resizePlane,
  type Plane,
  type PlanarImage,
  type Size,
} from "../../../images/plane.ts";
import { seededRandom } from "../../../random.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { type Sketch, withSketch } from "../network/sketch.ts";
import { floorContrast } from "../subjects/contrast-floor.ts";
import { faceMask } from "../subjects/face-masks.ts";
import type { Subjects } from "../subjects/index.ts";
import { subjectPull } from "../subjects/subject-pull.ts";
import { matchBands } from "./band-match.ts";
import { transferColours } from "./colour-transfer.ts";
import { contentMask } from "./content-mask.ts";
import { Guidance } from "./guidance.ts";
import { drawAsLines, drawContours } from "./line-art.ts";
import type { Look } from "./mixed-look.ts";
import { NARROW_PASS, type PatchParameters, type PatchPass } from "./parameters.ts";
import type { PatchField } from "./query-grid.ts";
import { transported } from "./sliced-transport.ts";
import type { StyleAnalysis } from "./style-analysis.ts";
import { synthesiseLevel } from "./synthesis-level.ts";

/** So that one squared distance weighs hue against lightness as the eye does. */
export const CHROMA_GAIN = 2;

/** The coarsest level is at least this long, unless the picture itself is shorter. */
const SMALLEST_LEVEL = 96;

export interface SynthesisHooks {
  readonly signal: AbortSignal | undefined;
  /** Stage `step` of `countSteps` is done; `read` makes the picture so far. */
  readonly onStep: (step: number, read: () => PlanarImage) => void;
}

interface SynthesisStyle {
  readonly analysis: StyleAnalysis;
  /** its size relative to the content's: above 1 its strokes are larger */
  readonly scale: number;
}

export interface SynthesisInput {
  /** at the size of the result */
  readonly content: PlanarImage;
  readonly subjects: Subjects;
  /** what patches are taken from, each its share of them */
  readonly styles: readonly Weighed<SynthesisStyle>[];
  /** of all of them */
  readonly look: Look;
  readonly parameters: PatchParameters;
  readonly seed: number;
  /** `null`: patches begin from the content alone */
  readonly sketch: Sketch | null;
}

/** A repainted picture. */
export interface Synthesised {
  readonly image: PlanarImage;
  /** how far each pixel is each style's, 0 to 1, one plane for each; `null` where there is one style */
  readonly shares: readonly Plane[] | null;
}

/**
 * Repaints the content with patches of the styles.
 *
 * @throws CancelledError
 */
export async function synthesise(pool: KernelPool, input: SynthesisInput, hooks: SynthesisHooks): Promise<Synthesised> {
  const { content, styles, look, parameters } = input;
  const random = seededRandom(input.seed);
  const longSide = Math.max(content.width, content.height);
  const { sketch } = input;
  const plan = planLevels(input);
  let step = sketch ? 1 : 0;

  await breathe(hooks.signal);
  const mask = contentMask(content);
  const drawn = sketch ? withSketch(content, sketch, mask, faceMask(content, input.subjects.faces)) : content;
  const target = prepareTarget(pool, drawn, look, parameters);
  const guidance = new Guidance(content);
  if (!sketch) hooks.onStep(++step, () => target);

  let image = target;
  let fields: readonly PatchField[] | null = null;
  let shares: readonly Plane[] | null = null;
  let before = 0;
  for (const [index, level] of plan.entries()) {
    await breathe(hooks.signal);
    const size = fitLongSide(content, level.longSide);
    const faces = faceMask(size, input.subjects.faces);
    const pull = pullAt(index, plan.length, input, resizePlane(mask, content, size), size);
    const { toneHold, faceToneHold } = parameters;
    const result = await synthesiseLevel(
      pool,
      {
        styles: styles.map(({ analysis, scale, weight }) => {
          const own = analysis.level(Math.round(level.longSide * scale));
          const usable = resizePlane(analysis.usable, analysis.image, own);
          return { image: own, usable, guidance: analysis.guidance, weight };
        }),
        guidance: {
          content: guidance,
          weight: weightAt(parameters.guideWeights, index, plan.length),
        },
        target: resizePlanar(target, size),
        pull,
        hold: faces.map((face) => toneHold + (faceToneHold - toneHold) * face),
        recolour: recolourable(faces),
        start: resizePlanar(image, size),
        noise: parameters.noise * (index === 0 ? 1 : 0.3),
        passes: level.passes,
        usagePenalty: parameters.usagePenalty,
        colours: look.quantiles,
        carried: fields ? { fields, scale: level.longSide / before } : null,
      },
      random,
      { signal: hooks.signal, onPass: (read) => hooks.onStep(++step, read) },
    );
    ({ image, fields, shares } = result);
    before = level.longSide;
  }

  await breathe(hooks.signal);
  if (longSide !== before) {
    const from = image;
    shares = shares && shares.map((plane) => resizePlane(plane, from, content));
    image = resizePlanar(image, content);
  }
  const coloured = finish(pool, image, input);
  const finished = parameters.contours ? drawContours(coloured, content, parameters.contours) : coloured;
  hooks.onStep(++step, () => finished);
  return { image: finished, shares };
}

/** Steps of the whole work; that a sketch is painted is the first, and known before `synthesise` begins. */
export const countSteps = (input: Pick<SynthesisInput, "content" | "styles" | "parameters">) =>
  2 + planLevels(input).reduce((sum, { passes }) => sum + passes.length, 0);

interface LevelPlan {
  readonly longSide: number;
  readonly passes: readonly PatchPass[];
}

/** Halved sizes, coarsest first; patches that do not fit well into all pictures are left out. */
function planLevels({
  content,
  styles,
  parameters,
}: Pick<SynthesisInput, "content" | "styles" | "parameters">): LevelPlan[] {
  const longSide = Math.max(content.width, content.height);
  const sizes = [longSide];
  while (sizes[0]! / 2 >= SMALLEST_LEVEL) sizes.unshift(Math.round(sizes[0]! / 2));
  const shortest = (image: PlanarImage, long: number): number => {
    const { width, height } = fitLongSide(image, long);
    return Math.min(width, height);
  };
  return sizes.map((size) => {
    const ofStyles = styles.map(({ analysis, scale }) => shortest(analysis.image, Math.round(size * scale)));
    const room = Math.min(shortest(content, size), ...ofStyles);
    const fits = (pass: PatchPass): boolean => pass.size * 1.6 <= room;
    const passes = parameters.passes.filter(fits);
    return { longSide: size, passes: passes.length > 0 ? passes : [NARROW_PASS].filter(fits) };
  });
}

/** How strongly each pixel of a level is drawn to the content. */
function pullAt(
  level: number,
  levels: number,
  { content, parameters, look, subjects }: SynthesisInput,
  mask: Plane,
  size: Size,
): Plane {
  const { plainWeights, contentWeights, faceWeights, subjectWeights } = parameters;
  // Lines drown a picture more easily than brush strokes do.
  const hold = 1 + 0.6 * look.lineArt.score;
  const [plain, salient, subject, face] = [plainWeights, contentWeights, subjectWeights, faceWeights].map((weights) =>
    weightAt(weights, level, levels),
  );
  const least = subjectPull(subjects, size, content, { subject: subject!, face: face! });
  return mask.map((value, i) => Math.max(hold * (plain! + salient! * Math.min(1, Math.max(0, value))), least[i]!));
}

/** The last weight belongs to the finest level, the first to the coarsest; a picture of one level takes the one between. */
function weightAt(weights: readonly number[], level: number, levels: number): number {
  const last = weights.length - 1;
  const finest = levels > 1 && level === levels - 1;
  return weights[finest ? last : Math.min(levels > 1 ? level : 1, last - 1)]!;
}

/** The content in the style's colours and contrast, and in lines where the style is line art. */
function prepareTarget(pool: KernelPool, content: PlanarImage, look: Look, parameters: PatchParameters): PlanarImage {
  const { lineArt } = look;
  const coloured = transferColours(pool, content, look.ground);
  const matched = matchBands(coloured, look.bands, {
    lowest: 0.6,
    highest: 1.8 + 0.4 * lineArt.score,
    amount: parameters.bandAmount + 0.4 * lineArt.score,
  });
  const drawn = lineArt.score > 0.1 ? drawAsLines(matched, content, lineArt) : matched;
  return parameters.contours ? drawContours(drawn, content, parameters.contours) : drawn;
}

/** Forcing a palette on a face tears its shading into blotches. */
const recolourable = (faces: Plane): Plane => faces.map((face) => 1 - 0.85 * face);

/** Gives back the contrast that averaging took, most to subjects, and the style's colours. */
export function finish(
  pool: KernelPool,
  image: PlanarImage,
  { content, look, subjects, parameters }: SynthesisInput,
): PlanarImage {
  const contrasted = matchBands(image, look.bands, { lowest: 1, highest: 1.8, amount: 0.8 });
  const floor = parameters.contrastFloor * (1 - 0.5 * look.lineArt.score);
  const matched = floorContrast(contrasted, content, subjects.protection(content), floor);
  const shares = recolourable(faceMask(content, subjects.faces));
  return transported(pool, matched, look.quantiles, { rounds: 2, sampleLimit: 8_000, shares });
}
