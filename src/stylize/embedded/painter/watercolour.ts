/** Watercolour: washes of varying density that dry darker at their edges, on grained paper (after Bousseau et al. 2006). */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { createPlanar, type PlanarImage, type Plane } from "../../../images/plane.ts";
import { seenOf, type Easel } from "./easel.ts";
import { kuwahara } from "./kuwahara.ts";
import { contourInk } from "./lines.ts";
import { smoothNoise } from "./value-noise.ts";
import { inked, inkColour } from "./outlines.ts";
import { paperColour, paperGrain, raggedMask, sheet } from "./paper-grain.ts";

/**
 * Glaze by glaze: radius in multiples of the described stroke width, and the darkest tone laid so far. Light comes first,
 * as nothing covers in watercolour.
 */
const GLAZES = [
  { multiple: 5, darkest: 0.82 },
  { multiple: 3.4, darkest: 0.7 },
  { multiple: 2.3, darkest: 0.55 },
  { multiple: 1.5, darkest: 0.4 },
  { multiple: 1, darkest: 0.22 },
  { multiple: 0.7, darkest: 0 },
] as const;

/** Lays glaze on glaze, each finer and darker; then the pencil or ink lines that the description asks for. */
export async function paintWatercolour(easel: Easel): Promise<void> {
  const { style, unit, strength, show, breathe, random, detail } = easel;
  const grain = paperGrain(easel);
  const paper = sheet(easel, paperColour(style), grain);
  const mask = raggedMask(easel, 0.012 + 0.02 * strength);
  await breathe();
  const pools = smoothNoise(easel, 17 * unit, random);
  const shift = wobble(easel, (1 + 1.6 * strength) * unit);
  await breathe();
  const radius = (1.6 + 5 * style.strokeWidth.value) * unit * (0.55 + 0.7 * strength);
  let picture = paper;
  for (const [k, { multiple, darkest }] of seenOf(easel, GLAZES).entries()) {
    const size = radius * multiple;
    let wash = kuwahara(easel.target, size);
    await breathe();
    if (multiple === GLAZES.at(-1)!.multiple) wash = withDetail(wash, easel.target, detail);
    wash = displaced(noDarkerThan(wash, darkest), shift);
    await breathe();
    const edges = edgeDensity(wash, unit);
    picture = pigmented(paper, wash, (i) => {
      const border = mask[i]! * (1 - mask[i]!);
      const pool = 1 + 0.17 * pools[i]! + 0.07 * grain[i]!;
      return mask[i]! * Math.max(0.25, pool + edges[i]! + 2.2 * border);
    });
    if (easel.isWatched) await show(picture, (0.9 * (k + 1)) / GLAZES.length);
  }
  await show(lined(picture, easel, grain, mask), 1);
}

/** Darker parts are thinner for now: lighter, and as much paler. */
function noDarkerThan(wash: PlanarImage, darkest: number): PlanarImage {
  const [L, a, b] = wash.planes;
  const thinned = (plane: Plane) =>
    plane.map((value, i) => (L[i]! >= darkest ? value : value * (0.35 + (0.65 * (1 - darkest)) / (1 - L[i]!))));
  return {
    width: wash.width,
    height: wash.height,
    planes: [L.map((value) => Math.max(darkest, value)), thinned(a), thinned(b)],
  };
}

/** Where the content has detail, the wash keeps some of it. */
function withDetail(wash: PlanarImage, target: PlanarImage, detail: Plane): PlanarImage {
  const [L, a, b] = wash.planes.map((plane, channel) =>
    plane.map((value, i) => value + 0.6 * detail[i]! * (target.planes[channel]![i]! - value)),
  ) as [Plane, Plane, Plane];
  return { width: wash.width, height: wash.height, planes: [L, a, b] };
}

/** Displacements in pixels by which wet edges wander. */
function wobble(easel: Easel, amount: number): { dx: Plane; dy: Plane } {
  const { unit, random } = easel;
  const broad = [0, 1].map(() => smoothNoise(easel, 6 * unit, random));
  const fine = [0, 1].map(() => smoothNoise(easel, 1.3 * unit, random));
  const [dx, dy] = broad.map((plane, k) => plane.map((value, i) => amount * (0.6 * value + 0.3 * fine[k]![i]!)));
  return { dx: dx!, dy: dy! };
}

function displaced(image: PlanarImage, { dx, dy }: { dx: Plane; dy: Plane }): PlanarImage {
  const { width, height } = image;
  const out = createPlanar(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const fromX = Math.min(width - 1.001, Math.max(0, x + dx[i]!));
      const fromY = Math.min(height - 1.001, Math.max(0, y + dy[i]!));
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const right = Math.min(width - 1, left + 1);
      const below = Math.min(height - 1, top + 1);
      const u = fromX - left;
      const v = fromY - top;
      for (let channel = 0; channel < 3; channel++) {
        const plane = image.planes[channel]!;
        const upper = plane[top * width + left]! * (1 - u) + plane[top * width + right]! * u;
        const lower = plane[below * width + left]! * (1 - u) + plane[below * width + right]! * u;
        out.planes[channel]![i] = upper + v * (lower - upper);
      }
    }
  }
  return out;
}

/** Extra pigment just inside a wash that is darker than its neighbour. */
function edgeDensity(wash: PlanarImage, unit: number): Plane {
  const near = blurPlane(wash.planes[0], wash, 2.4 * unit);
  return near.map((value, i) => Math.min(0.55, Math.max(-0.1, 5.5 * (value - wash.planes[0][i]!))));
}

/** Light passes the pigment twice: lightness falls exponentially with its density, colour rises towards the pigment's. */
function pigmented(paper: PlanarImage, wash: PlanarImage, densityAt: (i: number) => number): PlanarImage {
  const out = createPlanar(paper.width, paper.height);
  const [L, a, b] = out.planes;
  const white = 0.97;
  for (let i = 0; i < L.length; i++) {
    // Watercolour is never as dark as its subject, and leaves the lightest parts bare
    const tone = Math.min(white, 0.2 + 0.85 * wash.planes[0][i]!);
    const depth = -Math.log(tone / white) + 0.015;
    const laid = depth * densityAt(i);
    const cover =
      (1 - Math.exp(-1.6 * laid - 0.25 * Math.min(1, laid * 8))) /
      (1 - Math.exp(-1.6 * depth - 0.25 * Math.min(1, depth * 8)));
    const bare = Math.max(0, 1 - cover);
    L[i] = paper.planes[0][i]! * Math.exp(-laid);
    a[i] = 1.12 * wash.planes[1][i]! * Math.min(1.25, cover) + bare * paper.planes[1][i]!;
    b[i] = 1.12 * wash.planes[2][i]! * Math.min(1.25, cover) + bare * paper.planes[2][i]!;
  }
  return out;
}

/** Faint pencil under the washes unless the description rules lines out; ink where it asks for outlines. */
function lined(picture: PlanarImage, { style, content, field, unit }: Easel, grain: Plane, mask: Plane): PlanarImage {
  const weight = style.outlines.value;
  if (style.outlines.said && weight < 0.05) return picture;
  const sigma = (0.75 + 0.8 * weight) * unit;
  const ink = contourInk(content.planes[0], content, field, sigma, 0.3 + 0.3 * weight);
  const pencil = ink.map((value, i) => mask[i]! * value * Math.min(1, Math.max(0, 0.75 - 0.3 * grain[i]!)));
  const inkLike = weight > 0.4;
  const colour = inkLike ? inkColour(style) : { L: 0.34, a: 0.006, b: 0.012 };
  return inked(picture, inkLike ? ink : pencil, colour, inkLike ? 0.85 : 0.5);
}
