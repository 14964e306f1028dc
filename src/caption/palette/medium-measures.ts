/** What tells how a picture was made: paper, flatness, number of colours, fine detail, lines, tiles. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { PlanarImage } from "../../images/plane.ts";
import { measureDetail, type DetailMeasures } from "./detail.ts";
import { measureGround, type GroundMeasures } from "./ground.ts";
import { colourDeviation, gradients, lengths, quantiles, shareOf } from "./statistics.ts";
import { tileShare } from "./mosaic-tiles.ts";

/** The long side at which the making of a picture is measured; the thresholds of `medium.ts` hold there. */
export const MEDIUM_SIZE = 512;

export interface MediumMeasures extends DetailMeasures, GroundMeasures {
  /** Shares of very light and of very dark pixels. */
  readonly light: number;
  readonly dark: number;
  /** Share of the border that is plain, light and nearly without colour. */
  readonly paperBorder: number;
  /** 90th percentile of chroma. */
  readonly chroma: number;
  /** Shares of pixels whose neighbourhood is one colour, and of such as change very gently. */
  readonly plain: number;
  readonly soft: number;
  /** Share of small, compact, even areas between lines. */
  readonly tiles: number;
}

/** @param image OKLab, long side `MEDIUM_SIZE` */
export function measureMedium(image: PlanarImage): MediumMeasures {
  const [L, a, b] = image.planes;
  const chroma = lengths(a, b);
  const deviation = colourDeviation(image, 2);
  const smoothed = blurPlane(L, image, 0.8);
  const slopes = gradients(smoothed, image);
  return {
    light: shareOf(L, (value) => value > 0.85),
    dark: shareOf(L, (value) => value < 0.3),
    paperBorder: paperBorder(image, chroma, deviation),
    ...measureGround(image, chroma),
    chroma: quantiles(chroma, [0.9])[0]!,
    plain: shareOf(deviation, (value) => value < 0.006),
    soft: shareOf(deviation, (value) => value > 0.006 && value < 0.03),
    tiles: tileShare(slopes.magnitude, image),
    ...measureDetail(L, smoothed, slopes, image),
  };
}

/** Three pixels along every side. */
function paperBorder({ planes: [L], width, height }: PlanarImage, chroma: Float32Array, deviation: Float32Array) {
  const lightest = Math.max(0.8, quantiles(L, [0.98])[0]! - 0.07);
  let count = 0;
  let paper = 0;
  for (let y = 0; y < height; y++) {
    const inner = y >= 3 && y < height - 3;
    for (let x = 0; x < width; x = inner && x === 2 ? Math.max(3, width - 3) : x + 1) {
      const i = y * width + x;
      count += 1;
      if (L[i]! > lightest && chroma[i]! < 0.06 && deviation[i]! < 0.025) paper += 1;
    }
  }
  return paper / count;
}
