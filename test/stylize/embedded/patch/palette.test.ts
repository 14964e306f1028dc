import { afterAll, beforeAll, expect, it } from "vitest";

import type { PlanarImage } from "../../../../src/images/plane.ts";
import { seededRandom } from "../../../../src/random.ts";
import { KernelPool } from "../../../../src/stylize/embedded/kernels/worker-pool.ts";
import { blendPalettes, paletteShares } from "../../../../src/stylize/embedded/patch/palette.ts";
import { lightnessQuantiles, type ColourQuantiles } from "../../../../src/stylize/embedded/patch/sliced-transport.ts";
import { StyleAnalysis } from "../../../../src/stylize/embedded/patch/style-analysis.ts";

let pool: KernelPool;
beforeAll(() => {
  pool = new KernelPool(1);
});
afterAll(() => pool.close());

/** A grey picture whose lightness is given by a function. */
function grey(width: number, height: number, lightnessAt: (x: number, y: number) => number): PlanarImage {
  const L = Float32Array.from({ length: width * height }, (_, i) => lightnessAt(i % width, Math.floor(i / width)));
  return { width, height, planes: [L, new Float32Array(L.length), new Float32Array(L.length)] };
}

/** Shares of a distribution of tones near black and near white. */
const ends = ({ quantiles }: { readonly quantiles: ColourQuantiles }): { dark: number; light: number } => {
  const tones = lightnessQuantiles(quantiles);
  const share = (is: (tone: number) => boolean): number => tones.filter(is).length / tones.length;
  return { dark: share((tone) => tone < 0.15), light: share((tone) => tone > 0.95) };
};

it.each([0.6, 1])("strokes make neither black nor white of tones that are neither in both, at %f", (strength) => {
  const random = seededRandom(3);
  // Strong strokes in the dark half of a style, a few white specks in its light one, and a content of less contrast.
  const style = new StyleAnalysis(
    grey(160, 120, (x) => {
      if (x < 80) return 0.3 + 0.5 * (random() - 0.5);
      return random() < 0.04 ? 0.98 : 0.88;
    }),
  );
  const content = grey(160, 120, (x, y) => (x < 80 ? 0.4 : 0.6) + (0.02 * y) / 120);
  const { ground, painted } = blendPalettes(pool, content, style, paletteShares(strength, false));
  const most = ends(style);
  for (const palette of [ground, painted]) {
    expect(ends(palette).dark).toBeLessThanOrEqual(most.dark + 0.01);
    expect(ends(palette).light).toBeLessThanOrEqual(most.light + 0.01);
  }
});
