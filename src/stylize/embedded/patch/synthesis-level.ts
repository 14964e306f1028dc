/** Patch synthesis at one resolution: search, vote, pull towards the content, correct the colours; again and again. */
import type { Weighed } from "../../../blend.ts";
import { breathe } from "../../../breathe.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { type Plane, type PlanarImage, resizePlane, type Size } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { placeGuide, type Guidance } from "./guidance.ts";
import type { PatchPass } from "./parameters.ts";
import { commonSize, imageOnSheet, planeOnSheet } from "./common-size.ts";
import { readCosts, readField, searchPatches } from "./patch-search.ts";
import { type FoundPatches, loadFusion, votePicture } from "./patch-voting.ts";
import { allocatePicture, readPicture, writePicture } from "./picture.ts";
import { carryField, createGrid, randomMatches, type PatchField, type QueryGrid } from "./query-grid.ts";
import { transportColours, type ColourQuantiles } from "./sliced-transport.ts";
import { allocateTransform, buildBank, loadStyleLevel } from "./style-bank.ts";
import { chooseStyles } from "./style-choice.ts";
import { reservedCosts } from "./usable-places.ts";

/** A style that patches are taken from. */
interface LevelStyle {
  readonly image: PlanarImage;
  /** 1 where patches may be taken, at its size */
  readonly usable: Plane;
  readonly guidance: Guidance;
}

export interface LevelInput {
  /** each gives its share of the patches */
  readonly styles: readonly Weighed<LevelStyle>[];
  /** what of the content guides the choice of patches beside the same of a style, and what a difference costs */
  readonly guidance: { readonly content: Guidance; readonly weight: number };
  /** what the picture is pulled to, and how strongly at each pixel */
  readonly target: PlanarImage;
  readonly pull: Plane;
  /** share of the drift of broad tones from the target's that every vote undoes, at each pixel */
  readonly hold: Plane;
  /** where to start */
  readonly start: PlanarImage;
  /** how far each pixel's colour follows the style's distribution of colours, 0 to 1 */
  readonly recolour: Plane;
  readonly noise: number;
  readonly passes: readonly PatchPass[];
  readonly usagePenalty: number;
  readonly colours: ColourQuantiles;
  /** the fields of the level before, one for each style, and how much larger this one is */
  readonly carried: { readonly fields: readonly PatchField[]; readonly scale: number } | null;
}

export interface LevelResult {
  readonly image: PlanarImage;
  /** `null` where no patch fits */
  readonly fields: readonly PatchField[] | null;
  /** how far each pixel is each style's, 0 to 1, one plane for each; `null` where there is one style, or no patch fits */
  readonly shares: readonly Plane[] | null;
}

export interface LevelHooks {
  readonly signal: AbortSignal | undefined;
  /** a pass is done; `read` copies the picture as it is */
  readonly onPass: (read: () => PlanarImage) => void;
}

/** Sweeps of PatchMatch in the first iteration of a pass, and in the later ones. */
const FIRST_SWEEPS = 4;
const LATER_SWEEPS = 2;

export async function synthesiseLevel(
  pool: KernelPool,
  input: LevelInput,
  random: Random,
  hooks: LevelHooks,
): Promise<LevelResult> {
  return pool.scopedAsync(async () => {
    const { width, height } = input.start;
    const picture = allocatePicture(pool, width, height);
    writePicture(picture, input.start);
    for (let i = 0; i < picture.pixels.length; i++) {
      if ((i & 3) !== 3) picture.pixels[i]! += input.noise * roughNormal(random);
    }
    const fusion = loadFusion(pool, input.target, input.pull, input.hold);
    const sheet = commonSize(input.styles.map(({ image }) => image));
    const styles = input.styles.map((style) => ({
      ...style,
      level: loadStyleLevel(pool, imageOnSheet(style.image, sheet)),
      usable: planeOnSheet(style.usable, style.image, sheet, 0),
    }));
    const buffer = allocateTransform(pool, Math.max(width * height, sheet.width * sheet.height));

    let fields = input.carried?.fields ?? null;
    let scale = input.carried?.scale ?? 1;
    let choice: Choice | null = null;
    for (const { size, gap, iterations } of input.passes) {
      await pool.scopedAsync(async () => {
        const { content, weight } = input.guidance;
        const guideOf = (guidance: Guidance, own: Size, on: Size): number =>
          placeGuide(pool, planeOnSheet(guidance.at(size / longSideOf(own), own), own, on), weight);
        const guide = guideOf(content, picture, picture);
        const banks = styles.map(({ level, image, usable, guidance }) => {
          const bank = buildBank(pool, level, size, buffer, guideOf(guidance, image, sheet));
          return { bank, reserved: reservedCosts(bank, size, usable, level) };
        });
        for (let iteration = 0; iteration < iterations; iteration++) {
          await breathe(hooks.signal);
          await pool.scopedAsync(async () => {
            const grid = createGrid(picture, size, gap, random);
            const found: FoundPatches[] = [];
            for (const [i, { bank, reserved }] of banks.entries()) {
              const matches = fields
                ? carryField(fields[i]!, grid, bank, scale)
                : randomMatches(grid.xs.length * grid.ys.length, bank, random);
              const field = searchPatches(pool, picture, bank, { grid, bank, matches }, buffer, {
                sweeps: iteration === 0 ? FIRST_SWEEPS : LATER_SWEEPS,
                guide,
                usagePenalty: input.usagePenalty,
                reserved,
                random,
              });
              found.push({ style: styles[i]!.level, bank, field });
              await breathe(hooks.signal);
            }
            choice = found.length > 1 ? choose(pool, found, input.styles, grid, gap) : null;
            votePicture(pool, picture, size, found, choice?.numbers ?? null, fusion);
            await breathe(hooks.signal);
            transportColours(pool, picture, input.colours, { rounds: 2, sampleLimit: 8_000, shares: input.recolour });
            fields = found.map(({ field, bank }) => readField(pool, field, grid, bank));
            scale = 1;
          });
        }
      });
      hooks.onPass(() => readPicture(picture));
    }
    return { image: readPicture(picture), fields, shares: choice && sharesOf(choice, input.styles.length, picture) };
  });
}

/** Which style each patch of a grid is from. */
interface Choice {
  readonly numbers: Uint8Array;
  readonly grid: QueryGrid;
}

/** Over how many pixels of a level the styles' costs count together: the areas that one style has are some such wide. */
const AREA_SIGMA = 12;

function choose(
  pool: KernelPool,
  found: readonly FoundPatches[],
  styles: readonly { readonly weight: number }[],
  grid: QueryGrid,
  gap: number,
): Choice {
  const costs = found.map(({ field }) => readCosts(pool, field));
  const weights = styles.map(({ weight }) => weight);
  const size = { width: grid.xs.length, height: grid.ys.length };
  return { numbers: chooseStyles(costs, weights, size, AREA_SIGMA / gap), grid };
}

/** Patches overlap: a pixel is of all styles that those over it are from. */
function sharesOf({ numbers, grid }: Choice, styles: number, size: Size): Plane[] {
  const places = { width: grid.xs.length, height: grid.ys.length };
  return Array.from({ length: styles }, (_, style) => {
    const own = Float32Array.from(numbers, (number) => (number === style ? 1 : 0));
    return blurPlane(resizePlane(own, places, size), size, grid.size / 4);
  });
}

/** A nearly normal deviate from one draw: the sum of its four bytes. Good enough for noise, and fast. */
function roughNormal(random: Random): number {
  const bits = (random() * 4294967296) | 0;
  return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8;
}

const longSideOf = ({ width, height }: Size): number => Math.max(width, height);
