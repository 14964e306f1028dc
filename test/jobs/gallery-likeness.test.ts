/** What is kept of the gallery's looks is what the network sees in its pictures. */
import { expect, it } from "vitest";

import { readStoredPicture } from "../../src/images/decode.ts";
import { GALLERY } from "../../src/jobs/gallery.ts";
import { galleryById, galleryVectors } from "../../src/jobs/gallery-likeness.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { likenessVector, STYLE_NETWORK } from "../../src/stylize/embedded/network/likeness.ts";
import { StyleNetwork } from "../../src/stylize/embedded/network/style-network.ts";

it("is what the network sees in them, and compares with nothing of another network", async () => {
  const network = new StyleNetwork(new SessionPool(Infinity));
  const kept = galleryVectors(STYLE_NETWORK, GALLERY);
  expect(kept.map(({ styleId }) => galleryById(styleId))).toEqual(GALLERY);
  for (const [i, { file }] of GALLERY.entries()) {
    const seen = likenessVector(await network.styleVector(await readStoredPicture(file)));
    const likeness = seen.reduce((sum, value, at) => sum + value * kept[i]!.vector![at]!, 0);
    expect(likeness).toBeCloseTo(1, 3);
  }
  expect(galleryVectors("another", GALLERY)).toEqual([]);
});
