/** Line media on paper: ink, pencil, etching, woodcut. Lines run along the forms; tone is how thick and dense they are. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { PlanarImage, Plane } from "../../../images/plane.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import type { Easel } from "./easel.ts";
import { kuwahara } from "./kuwahara.ts";
import { contourInk, engravedLines } from "./lines.ts";
import { inked, inkColour } from "./outlines.ts";
import { paperColour, paperGrain, sheet } from "./paper-grain.ts";

type LineMedium = "ink" | "pencil" | "etching" | "woodcut";

/** A set of parallel lines: drawn where it is darker than `from`, wall to wall at `full`. */
interface Hatch {
  readonly pitch: number;
  /** Turned against the field, radians. */
  readonly turn: number;
  readonly from: number;
  readonly full: number;
}

interface Manner {
  readonly contour: number;
  readonly sensitivity: number;
  readonly hatches: readonly Hatch[];
  /** Sharpness of a line's sides. */
  readonly crisp: number;
  /** Covering power of ink, and how much the paper's grain breaks it. */
  readonly cover: number;
  readonly grain: number;
  /** How much lines are fainter where the tone is lighter. */
  readonly pressure: number;
}

const MANNERS: Readonly<Record<LineMedium, Manner>> = {
  ink: {
    contour: 0.95,
    sensitivity: 0.62,
    hatches: [
      { pitch: 5.2, turn: 0.5, from: 0.42, full: 1.5 },
      { pitch: 4.8, turn: -0.5, from: 0.66, full: 1.45 },
    ],
    crisp: 2.6,
    cover: 0.95,
    grain: 0.1,
    pressure: 0,
  },
  pencil: {
    contour: 0.9,
    sensitivity: 0.7,
    hatches: [
      { pitch: 3, turn: 0, from: 0.08, full: 1 },
      { pitch: 2.8, turn: -0.7, from: 0.45, full: 1.15 },
    ],
    crisp: 0.5,
    cover: 0.9,
    grain: 0.12,
    pressure: 0.85,
  },
  etching: {
    contour: 0.75,
    sensitivity: 0.6,
    hatches: [
      { pitch: 3.6, turn: 0, from: 0.14, full: 1.2 },
      { pitch: 3.4, turn: 0.95, from: 0.46, full: 1.35 },
      { pitch: 3.2, turn: -0.8, from: 0.7, full: 1.45 },
    ],
    crisp: 2.2,
    cover: 0.92,
    grain: 0.12,
    pressure: 0.25,
  },
  woodcut: {
    contour: 1.5,
    sensitivity: 0.45,
    hatches: [{ pitch: 7.5, turn: 0, from: 0.16, full: 0.86 }],
    crisp: 4.5,
    cover: 0.97,
    grain: 0.1,
    pressure: 0,
  },
};

/** How much of the tone is drawn at each look after the lines are there. */
const LOOKS = [0.55, 0.7, 0.8, 0.9] as const;

/** Contours first, then set by set of hatching, then the full depth of tone. */
export async function draw(easel: Easel, medium: LineMedium): Promise<void> {
  const { style, unit, strength, content, field, show, breathe, random } = easel;
  const manner = MANNERS[medium];
  const grain = paperGrain(easel);
  await breathe();
  const paper = faded(tinted(sheet(easel, paperColour(style), grain), easel, medium), easel);
  const pigment = medium === "pencil" && isColourful(style, medium) ? crayons(easel) : inkColour(style);
  await breathe();
  const bold = 0.55 + 0.9 * style.strokeWidth.value;
  const weight = style.outlines.said ? 0.5 + 0.7 * style.outlines.value : 1;
  const sigma = manner.contour * unit * Math.sqrt(bold) * weight;
  const contours = contourInk(content.planes[0], content, field, sigma, manner.sensitivity);
  await breathe();
  const dark = darkness(easel);
  await breathe();
  const sets: Plane[] = [];
  const look = async (share: number, done: number) => {
    if (done < 1 && !easel.isWatched) return breathe();
    const ink = hatched(dark, share * Math.min(1, 0.7 + 0.4 * strength), contours, sets, manner, grain);
    await breathe();
    await show(inked(paper, ink, pigment), done);
  };
  await look(0.4, 0.1);
  for (const hatch of manner.hatches) {
    sets.push(await engravedLines(easel, field, hatch.pitch * bold * unit, random, breathe, hatch.turn));
    await look(0.4, 0.1 + (0.6 * sets.length) / manner.hatches.length);
  }
  for (const [k, share] of LOOKS.entries()) await look(share, 0.74 + 0.06 * k);
  await look(1, 1);
}

/** Darkness of the tones to draw, 0 paper to 1 ink, with the local contrast that lines need. */
function darkness({ target, unit }: Easel): Plane {
  const L = target.planes[0];
  const broad = blurPlane(L, target, 9 * unit);
  const soft = blurPlane(L, target, 0.7 * unit);
  const crisp = soft.map((value, i) => value + 0.55 * (value - broad[i]!));
  const sorted = crisp.slice().sort();
  const low = sorted[Math.floor(0.02 * sorted.length)]!;
  const high = sorted[Math.floor(0.97 * sorted.length)]!;
  // The tone curve has set the key; a drawing still uses most of the way from paper to ink
  const from = Math.min(low, 0.25);
  const to = Math.max(high, 0.85);
  return crisp.map((value) =>
    Math.min(1, Math.max(0, 1 - (value - 0.6 * low - 0.4 * from) / (0.6 * (high - low) + 0.4 * (to - from)))),
  );
}

/** Ink of contours and of all line sets together, 0 to 1. */
function hatched(
  dark: Plane,
  share: number,
  contours: Plane,
  sets: readonly Plane[],
  manner: Manner,
  grain: Plane,
): Plane {
  return contours.map((contour, i) => {
    let bare = 1 - contour;
    const tone = share * dark[i]!;
    for (const [k, lines] of sets.entries()) {
      const { from, full } = manner.hatches[k]!;
      // A standard normal's worth of lines lies between no ink and all ink
      const level = (tone - from) / (full - from);
      if (level <= 0) continue;
      const ink = 0.5 + manner.crisp * (lines[i]! - 1.75 + 3.6 * level);
      const line = Math.min(1, Math.max(0, ink)) * Math.min(1, 5 * level);
      // A pencil presses as hard as the tone is dark; a pen does not
      bare *= 1 - line * (1 - manner.pressure + manner.pressure * Math.min(1, 0.15 + level));
    }
    const tooth = Math.min(1, Math.max(0, 1 - manner.grain * (0.9 + grain[i]!)));
    return (1 - bare) * manner.cover * tooth;
  });
}

/** Whether the description names colours enough: two to draw in, beside its ink a single one to print in. */
function isColourful({ palette, saturation }: StyleParameters, medium: LineMedium): boolean {
  const strong = palette.filter(({ L, a, b }) => hypotenuse(a, b) > 0.055 && L > 0.3);
  const enough = medium === "woodcut" && palette.length > 1 ? 1 : 2;
  return strong.length >= enough && saturation.value > 0.1;
}

/** Colours of pencils: the target's, deep enough to draw with. */
function crayons({ target }: Easel): PlanarImage {
  const [L, a, b] = target.planes;
  return {
    width: target.width,
    height: target.height,
    planes: [L.map((value) => 0.12 + 0.55 * value), a.map((value) => 1.25 * value), b.map((value) => 1.25 * value)],
  };
}

/** At little strength the content still shows through the paper, like a photograph that is drawn over. */
function faded(paper: PlanarImage, { target, strength }: Easel): PlanarImage {
  const through = Math.max(0, 0.62 - 0.85 * strength);
  if (through === 0) return paper;
  const [L, a, b] = paper.planes.map((plane, channel) =>
    plane.map((value, i) => value + through * (target.planes[channel]![i]! - value)),
  ) as [Plane, Plane, Plane];
  return { width: paper.width, height: paper.height, planes: [L, a, b] };
}

/** Washes or colour plates under the lines where the description is colourful. */
function tinted(paper: PlanarImage, { target, style, unit }: Easel, medium: LineMedium): PlanarImage {
  const amount = { ink: 0.5, pencil: 0, etching: 0.3, woodcut: 0.92 }[medium];
  if (amount === 0 || !isColourful(style, medium)) return paper;
  const plates = kuwahara(target, 5 * unit);
  const [L, a, b] = plates.planes.map((plane, channel) =>
    plane.map((value, i) => {
      const ground = paper.planes[channel]![i]!;
      const printed = channel === 0 ? 0.42 + 0.58 * value : 1.1 * value;
      return ground + amount * ((channel === 0 ? Math.min(ground, printed) : printed) - ground);
    }),
  ) as [Plane, Plane, Plane];
  return { width: paper.width, height: paper.height, planes: [L, a, b] };
}
