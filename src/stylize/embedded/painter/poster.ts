/** Poster and flat graphic: few flat colours with clean borders, colour by colour as a screen print is made. */
import type { LabColour } from "../../../images/colour-names.ts";
import type { PlanarImage, Plane } from "../../../images/plane.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import { seenOf, type Easel } from "./easel.ts";
import { clusterColours, flatFields } from "./flat-colours.ts";
import { kuwahara } from "./kuwahara.ts";
import { drawOutlines } from "./outlines.ts";
import { paperGrain } from "./paper-grain.ts";

/** Number of colours at each look. */
const LOOKS = [2, 3, 4, 5, 7] as const;

export async function paintPoster(easel: Easel): Promise<void> {
  const { target, style, unit, strength, show, breathe } = easel;
  const broad = (1.5 + 3.5 * style.strokeWidth.value) * (0.6 + 0.7 * strength) * unit;
  const simple = kuwahara(target, broad);
  await breathe();
  const shapes = mixedBy(simple, target, easel.detail);
  const full = 11 - Math.round(3 * style.flatness.value * strength);
  const grain = paperGrain(easel);
  await breathe();
  for (const [k, count] of seenOf(easel, [...LOOKS, full]).entries()) {
    const colours = clusterColours(shapes, count).map((colour) => purer(colour, style));
    const sigma = unit * (count === full ? 0.7 + 0.5 * strength : 3.2 - 0.4 * k);
    await breathe();
    const print = flatFields(shapes, colours, sigma);
    await breathe();
    const textured = printed(print, grain, 0.004 + 0.02 * style.texture.value);
    if (count < full) await show(textured, 0.1 + 0.16 * k);
    else {
      if (easel.isWatched) await show(textured, 0.92);
      await show(drawOutlines(textured, easel), 1);
    }
  }
}

/** Flat colours are purer than the means they come from, and lean to the palette's own. */
function purer(colour: LabColour, { palette, flatness }: StyleParameters): LabColour {
  let near: LabColour | undefined;
  let least = 0.03;
  for (const candidate of palette) {
    const d = (candidate.L - colour.L) ** 2 + 2 * ((candidate.a - colour.a) ** 2 + (candidate.b - colour.b) ** 2);
    if (d < least) {
      least = d;
      near = candidate;
    }
  }
  const gain = 1 + 0.18 * flatness.value;
  if (!near) return { L: colour.L, a: colour.a * gain, b: colour.b * gain };
  return {
    L: 0.5 * (colour.L + near.L),
    a: 0.4 * colour.a + 0.6 * near.a,
    b: 0.4 * colour.b + 0.6 * near.b,
  };
}

/** Where the content has detail, shapes keep some of it. */
function mixedBy(simple: PlanarImage, target: PlanarImage, detail: Plane): PlanarImage {
  const [L, a, b] = simple.planes.map((plane, channel) =>
    plane.map((value, i) => value + 0.7 * detail[i]! * (target.planes[channel]![i]! - value)),
  ) as [Plane, Plane, Plane];
  return { width: simple.width, height: simple.height, planes: [L, a, b] };
}

function printed(print: PlanarImage, grain: Plane, amount: number): PlanarImage {
  const L = print.planes[0].map((value, i) => value + amount * grain[i]!);
  return { width: print.width, height: print.height, planes: [L, print.planes[1], print.planes[2]] };
}
