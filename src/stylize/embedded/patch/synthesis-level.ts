/** Patch synthesis at one resolution: search, vote, pull towards the content, correct the colours; again and again. */
import { breathe } from "../../../breathe.ts";
import type { Plane, PlanarImage, Size } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { placeGuide, type Guidance } from "./guidance.ts";
import type { PatchPass } from "./parameters.ts";
import { readField, searchPatches } from "./patch-search.ts";
import { loadFusion, voteField } from "./patch-voting.ts";
import { allocatePicture, readPicture, writePicture } from "./picture.ts";
import { carryField, createGrid, randomMatches, type PatchField } from "./query-grid.ts";
import { transportColours, type ColourQuantiles } from "./sliced-transport.ts";
import { allocateTransform, buildBank, loadStyleLevel } from "./style-bank.ts";
import { reservedCosts } from "./usable-places.ts";

export interface LevelInput {
  readonly style: PlanarImage;
  /** 1 where patches of the style may be taken, at its size */
  readonly usable: Plane;
  /** what guides the choice of patches, of the style and of the content, and what a difference costs */
  readonly guidance: { readonly style: Guidance; readonly content: Guidance; readonly weight: number };
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
  /** the field of the level before, and how much larger this one is */
  readonly carried: { readonly field: PatchField; readonly scale: number } | null;
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
): Promise<{ image: PlanarImage; field: PatchField | null }> {
  return pool.scopedAsync(async () => {
    const { width, height } = input.start;
    const picture = allocatePicture(pool, width, height);
    writePicture(picture, input.start);
    for (let i = 0; i < picture.pixels.length; i++) {
      if ((i & 3) !== 3) picture.pixels[i]! += input.noise * roughNormal(random);
    }
    const fusion = loadFusion(pool, input.target, input.pull, input.hold);
    const style = loadStyleLevel(pool, input.style);
    const buffer = allocateTransform(pool, Math.max(width * height, style.width * style.height));

    let field: PatchField | null = input.carried?.field ?? null;
    let scale = input.carried?.scale ?? 1;
    for (const { size, gap, iterations } of input.passes) {
      await pool.scopedAsync(async () => {
        const guideOf = (guidance: Guidance, picture: Size): number =>
          placeGuide(pool, guidance.at(size / longSideOf(picture), picture), input.guidance.weight);
        const guide = guideOf(input.guidance.content, picture);
        const bank = buildBank(pool, style, size, buffer, guideOf(input.guidance.style, style));
        const reserved = reservedCosts(bank, size, input.usable, style);
        for (let iteration = 0; iteration < iterations; iteration++) {
          await breathe(hooks.signal);
          await pool.scopedAsync(async () => {
            const grid = createGrid(picture, size, gap, random);
            const matches = field
              ? carryField(field, grid, bank, scale)
              : randomMatches(grid.xs.length * grid.ys.length, bank, random);
            const placed = searchPatches(pool, picture, bank, { grid, bank, matches }, buffer, {
              sweeps: iteration === 0 ? FIRST_SWEEPS : LATER_SWEEPS,
              guide,
              usagePenalty: input.usagePenalty,
              reserved,
              random,
            });
            await breathe(hooks.signal);
            voteField(pool, picture, style, bank, size, placed, fusion);
            await breathe(hooks.signal);
            transportColours(pool, picture, input.colours, { rounds: 2, sampleLimit: 8_000, shares: input.recolour });
            field = readField(pool, placed, grid, bank);
            scale = 1;
          });
        }
      });
      hooks.onPass(() => readPicture(picture));
    }
    return { image: readPicture(picture), field };
  });
}

/** A nearly normal deviate from one draw: the sum of its four bytes. Good enough for noise, and fast. */
function roughNormal(random: Random): number {
  const bits = (random() * 4294967296) | 0;
  return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8;
}

const longSideOf = ({ width, height }: Size): number => Math.max(width, height);
