/** Subjects keep a share of their contrast, band by band, whatever was painted over them. */
import type { Plane, PlanarImage } from "../../../images/plane.ts";
import { lightnessBands } from "../patch/band-match.ts";

/** How much of the share each band keeps, finest first: what is finest is grain, and strokes. */
const BAND_SHARES = [0.35, 0.8, 1, 1, 0.8];

/**
 * A picture whose lightness has, in each band (a Laplacian pyramid that is not made smaller), at least `share` of the
 * content's value and its sign where `protection` is 1, and what it has where that is 0. Where the picture has more of the
 * same sign it keeps that: strokes and colours stay.
 *
 * @param content of the same size
 */
export function floorContrast(image: PlanarImage, content: PlanarImage, protection: Plane, share: number): PlanarImage {
  if (share <= 0 || !protection.some((value) => value > 0)) return image;
  const [lightness, a, b] = image.planes;
  const painted = lightnessBands(image);
  const wanted = lightnessBands(content);
  const out = lightness.slice();
  for (const [k, bandShare] of BAND_SHARES.entries()) {
    const [has, wants] = [painted[k]!, wanted[k]!];
    for (let i = 0; i < out.length; i++) {
      const least = share * bandShare * wants[i]!;
      const missing = least > 0 ? Math.max(0, least - has[i]!) : Math.min(0, least - has[i]!);
      out[i]! += protection[i]! * missing;
    }
  }
  return { width: image.width, height: image.height, planes: [out, a, b] };
}
