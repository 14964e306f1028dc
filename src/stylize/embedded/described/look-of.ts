/** A synthesised picture taken to the point that the descriptions of its styles make. */
import { mapPlanes, type PlanarImage, type Plane } from "../../../images/plane.ts";
import type { StyleChanges } from "../patch/style-changes.ts";
import { withGain, withoutGain } from "../read-style.ts";
import { type FaceBox, faceMask } from "../subjects/face-masks.ts";
import { describedLook, type LookOptions } from "./described-look.ts";

/**
 * All pictures are OKLab with chroma gain. Where patches are of one style, the picture looks as that one is described.
 *
 * @param changes of each style; `null` where nobody described anything
 * @param shares of each style at each pixel; `null` where there is one style
 * @throws CancelledError when the signal is aborted
 */
export async function lookOf(
  image: PlanarImage,
  content: PlanarImage,
  changes: readonly (StyleChanges | null)[],
  shares: readonly Plane[] | null,
  faces: readonly FaceBox[],
  { seed, strength, signal }: Omit<LookOptions, "spared">,
): Promise<PlanarImage> {
  if (changes.every((asked) => asked === null)) return image;
  const options = { seed, strength, spared: faceMask(image, faces), signal };
  const looks: PlanarImage[] = [];
  for (const asked of shares ? changes : changes.slice(0, 1))
    looks.push(asked ? withGain(await describedLook(withoutGain(image), withoutGain(content), asked, options)) : image);
  return shares ? mixed(looks, shares) : looks[0]!;
}

const mixed = (looks: readonly PlanarImage[], shares: readonly Plane[]): PlanarImage =>
  mapPlanes(looks[0]!, (_, channel) => {
    const out = new Float32Array(shares[0]!.length);
    for (const [k, { planes }] of looks.entries()) {
      const [plane, share] = [planes[channel]!, shares[k]!];
      for (let i = 0; i < out.length; i++) out[i]! += share[i]! * plane[i]!;
    }
    return out;
  });
