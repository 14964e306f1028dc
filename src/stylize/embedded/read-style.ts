/** The style picture as patches are taken from it: without border and faces, changed as the description asks. */
import { breathe } from "../../breathe.ts";
import { mapPlanes, type PlanarImage, type Plane } from "../../images/plane.ts";
import { cleanStyleAt } from "../../images/style-picture/recent-clean-styles.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import type { StylizeInput } from "../stylizer.ts";
import { changedStyle, strokeScale } from "./patch/changed-style.ts";
import type { PatchParameters } from "./patch/parameters.ts";
import { withShades } from "./patch/plain-style.ts";
import { styleSize } from "./patch/sizes.ts";
import { changesFor, isChange, type StyleChanges, withoutColours } from "./patch/style-changes.ts";
import { CHROMA_GAIN } from "./patch/synthesis.ts";
import { facesWithin, usablePlaces } from "./patch/usable-places.ts";
import { findFaces } from "./subjects/index.ts";

export interface StylePicture {
  /** in OKLab with chroma gain */
  readonly image: PlanarImage;
  /** 1 where patches may be taken, 0 where not, at its size */
  readonly usable: Plane;
  /** its size relative to the content's, which the description decides: above 1 its strokes are larger */
  readonly scale: number;
  /** contour lines that the description asks for */
  readonly contours: PatchParameters["contours"];
  /** what the description asks for; `null` where nobody described anything */
  readonly changes: StyleChanges | null;
}

/** Words that change the style picture. */
export const wordsFor = ({ variant, description }: Pick<StylizeInput, "variant" | "description">): string =>
  variant === "image-prompt" ? (description ?? "") : "";

/** @param longSide of the picture that is painted, pixels */
export async function readStyle(
  input: Pick<StylizeInput, "style" | "variant" | "description" | "settings">,
  longSide: number,
  sessions: SessionPool,
  signal: AbortSignal | undefined,
): Promise<StylePicture> {
  const picture = input.style;
  const words = wordsFor(input);
  const faces = await findFaces(picture, sessions, longSide);
  const sized = (side: number): Pick<StylePicture, "image" | "usable"> => {
    const size = styleSize(picture, side);
    const clean = cleanStyleAt(picture, size);
    const faceless = usablePlaces(clean.image, facesWithin(faces, size, clean));
    return { image: withShades(clean.image), usable: clean.usable.map((value, i) => value * faceless[i]!) };
  };
  const plain = sized(longSide);
  await breathe(signal);
  const asked = words === "" ? null : await changesFor(words, picture, sessions);
  const changes = asked && input.settings.keepColors ? withoutColours(asked) : asked;
  if (!changes || !isChange(changes)) {
    return { image: withGain(plain.image), usable: plain.usable, scale: 1, contours: null, changes: null };
  }
  const scale = strokeScale(changes);
  const large = scale > 1 ? sized(longSide * scale) : plain;
  await breathe(signal);
  const ink = changes.outlineColour?.L ?? 0.13;
  const contours = changes.outlines > 0 ? { amount: Math.min(1, 1.1 * changes.outlines), ink } : null;
  return {
    image: withGain(changedStyle(large.image, changes)),
    usable: large.usable,
    scale,
    contours,
    changes,
  };
}

/** The picture with a and b `CHROMA_GAIN` times as large, and back. */
export const withGain = (image: PlanarImage): PlanarImage => withChroma(image, CHROMA_GAIN);
export const withoutGain = (image: PlanarImage): PlanarImage => withChroma(image, 1 / CHROMA_GAIN);

function withChroma(image: PlanarImage, gain: number): PlanarImage {
  return mapPlanes(image, (plane, channel) => {
    if (channel === 0) return plane;
    const out = new Float32Array(plane.length);
    for (let i = 0; i < out.length; i++) out[i] = gain * plane[i]!;
    return out;
  });
}
