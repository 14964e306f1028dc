/** The colours that a picture is made of: how many, the one that is its ground, whether all are of one hue. */
import { hypotenuse } from "../../hypotenuse.ts";
import type { PlanarImage } from "../../images/plane.ts";

export interface GroundMeasures {
  /** How many colours (cells of OKLab) make up three quarters of the picture, and what the first four make up. */
  readonly colours: number;
  readonly firstColours: number;
  /** Lightness and chroma of the colour that is most frequent, and what it covers of the border. */
  readonly groundLightness: number;
  readonly groundChroma: number;
  readonly groundBorder: number;
  /** Share of pixels that are darker than the ground by more than 0.1. */
  readonly darker: number;
  /** Mean of all chromas as vectors against their mean length: 1 where every colour is of one hue. */
  readonly oneHue: number;
}

/** The border is so wide; what lies within so much of the ground in OKLab is ground. */
const BORDER = 12;
const REACH = 0.09;

/** Cells of 0.07 in lightness and 0.04 in a and b, which stay within 0.4 of grey. */
const cellOf = (L: number, a: number, b: number): number =>
  Math.round(L / 0.07) + 8 + 32 * (Math.round(a / 0.04) + 16) + 1024 * (Math.round(b / 0.04) + 16);

/** @param chroma of `image`, which is OKLab */
export function measureGround(image: PlanarImage, chroma: Float32Array): GroundMeasures {
  const [L, a, b] = image.planes;
  const cells = new Uint32Array(32 * 32 * 32);
  let [sumA, sumB, sumChroma] = [0, 0, 0];
  for (let i = 0; i < L.length; i++) {
    cells[cellOf(L[i]!, a[i]!, b[i]!)]! += 1;
    sumA += a[i]!;
    sumB += b[i]!;
    sumChroma += chroma[i]!;
  }
  const counts = cells.filter((count) => count > 0).sort((one, other) => other - one);
  let covered = 0;
  const ground = meanOfCell(image, cells.indexOf(counts[0]!), counts[0]!);
  return {
    colours: counts.findIndex((count) => (covered += count) >= 0.75 * L.length) + 1,
    firstColours: counts.slice(0, 4).reduce((sum, count) => sum + count, 0) / L.length,
    groundLightness: ground.L,
    groundChroma: hypotenuse(ground.a, ground.b),
    ...aroundGround(image, ground),
    oneHue: hypotenuse(sumA, sumB) / (sumChroma + 1e-9),
  };
}

interface Lab {
  readonly L: number;
  readonly a: number;
  readonly b: number;
}

function meanOfCell({ planes: [L, a, b] }: PlanarImage, cell: number, count: number): Lab {
  let [sumL, sumA, sumB] = [0, 0, 0];
  for (let i = 0; i < L.length; i++) {
    if (cellOf(L[i]!, a[i]!, b[i]!) !== cell) continue;
    sumL += L[i]!;
    sumA += a[i]!;
    sumB += b[i]!;
  }
  return { L: sumL / count, a: sumA / count, b: sumB / count };
}

function aroundGround(
  { planes: [L, a, b], width, height }: PlanarImage,
  ground: Lab,
): Pick<GroundMeasures, "groundBorder" | "darker"> {
  let [border, same, darker] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    const inner = y >= BORDER && y < height - BORDER;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const difference = L[i]! - ground.L;
      if (difference < -0.1) darker += 1;
      if (inner && x >= BORDER && x < width - BORDER) continue;
      border += 1;
      if (difference ** 2 + (a[i]! - ground.a) ** 2 + (b[i]! - ground.b) ** 2 < REACH * REACH) same += 1;
    }
  }
  return { groundBorder: same / border, darker: darker / L.length };
}
