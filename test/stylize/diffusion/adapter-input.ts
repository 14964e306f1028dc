/** What the runs of test/reference/make_runs.py were painted from, for tests of image adapters. */
import { createHash } from "node:crypto";

import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { DEFAULT_SETTINGS, type StylizeSettings } from "../../../src/painting.ts";
import type { SeenPictures } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import type { StylizeInput } from "../../../src/stylize/stylizer.ts";
import type { Reference } from "../../models/reference.ts";

/** As in test/reference/make_runs.py. */
const DESCRIPTION =
  "swirling lines and expressive marks give the scene energy; a warm palette of orange, red and gold. " +
  "the artist uses high contrast lighting, dramatic shadows and rich textures";

const sha256 = (image: RgbImage): string => createHash("sha256").update(image.data).digest("hex");

/** A picture of a run of the reference, painted by IP-Adapter unless told otherwise. */
export const inputOf = (
  runs: Reference,
  changes: Partial<StylizeInput>,
  settings: Partial<StylizeSettings> = {},
): StylizeInput => {
  const [content, style] = [runs.picture("default.content"), runs.picture("default.style")];
  return {
    content,
    style,
    contentSha256: sha256(content),
    styleSha256: sha256(style),
    variant: "image-prompt",
    description: DESCRIPTION,
    settings: { ...DEFAULT_SETTINGS, strength: 0.7, seed: 1, size: 128, stylePath: "adapter", ...settings },
    ...changes,
  };
};

/** What an adapter looks at in a run of the reference. */
export const seenOf = (runs: Reference): SeenPictures => ({
  styles: [{ picture: runs.picture("default.style"), sha256: "style", weight: 1 }],
  drawn: { key: "content", of: async () => runs.picture("default.content") },
});
