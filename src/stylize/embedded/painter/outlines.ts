/** Drawn contours on a finished picture. */
import type { LabColour } from "../../../images/colour-names.ts";
import { mapPlanes, type PlanarImage, type Plane } from "../../../images/plane.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import type { Easel } from "./easel.ts";
import { contourInk } from "./lines.ts";

/** The described colour of lines, else the palette's darkest made darker, else a warm black. */
export function inkColour({ outlineColour, palette }: StyleParameters): LabColour {
  if (outlineColour.value) return outlineColour.value;
  const darkest = palette.toSorted((one, other) => one.L - other.L)[0];
  if (!darkest) return { L: 0.16, a: 0.004, b: 0.008 };
  const L = Math.min(darkest.L, 0.22);
  const fade = 0.7 * Math.min(1, L / (darkest.L + 0.01) + 0.25);
  return { L, a: darkest.a * fade, b: darkest.b * fade };
}

/** A copy of the picture with contour lines as heavy as described; the picture itself where none are. */
export function drawOutlines(picture: PlanarImage, easel: Easel): PlanarImage {
  const { style, content, field, unit, strength } = easel;
  const weight = style.outlines.value;
  if (weight < 0.05) return picture;
  const sigma = (0.7 + 1.5 * weight) * unit * (0.8 + 0.4 * strength);
  const ink = contourInk(content.planes[0], content, field, sigma, 0.3 + 0.6 * weight);
  const cover = Math.min(1, 0.45 + 0.6 * weight) * Math.min(1, 0.5 + strength);
  return inked(picture, ink, inkColour(style), cover);
}

/** A copy of the picture with one colour, or a picture of colours, laid over it as thick as `ink` says. */
export function inked(picture: PlanarImage, ink: Plane, colour: LabColour | PlanarImage, cover = 1): PlanarImage {
  const plain = "planes" in colour ? null : [colour.L, colour.a, colour.b];
  return mapPlanes(picture, (plane, channel) => {
    const laid = "planes" in colour ? colour.planes[channel]! : new Float64Array(plane.length).fill(plain![channel]!);
    const out = new Float32Array(plane.length);
    for (let i = 0; i < out.length; i++) out[i] = plane[i]! + cover * ink[i]! * (laid[i]! - plane[i]!);
    return out;
  });
}
