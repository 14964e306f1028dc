/**
 * Measures and looks at pictures whose medium is known, for `test/reference/make_medium_reading.py`:
 * `node --import tsx scripts/look-at-media.ts FOLDER`, where FOLDER holds one folder of pictures for each kind. A line of
 * JSON for each picture.
 */
import { readdir } from "node:fs/promises";
import path from "node:path";

import { lookAt } from "../src/caption/palette/medium-look.ts";
import { pictureWithin } from "../src/caption/palette/measurements.ts";
import { looked } from "../src/caption/palette/medium-likelihoods.ts";
import { measureMedium } from "../src/caption/palette/medium-measures.ts";
import { decodePicture } from "../src/images/decode.ts";
import { SessionPool } from "../src/onnx/session-pool.ts";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("whose pictures?");
const sessions = new SessionPool(Infinity);
for (const kind of await readdir(folder)) {
  for (const name of await readdir(path.join(folder, kind))) {
    const picture = pictureWithin((await decodePicture(path.join(folder, kind, name), "style")).image);
    const measures = measureMedium(picture);
    const look = await lookAt(picture, sessions);
    if (!look) throw new Error("the network cannot be opened");
    process.stdout.write(`${JSON.stringify({ kind, name, measures, look: looked(look) })}\n`);
  }
}
