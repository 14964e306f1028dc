/**
 * Draws the sample pictures of the demo, all of them or the ones that are named: `npm run samples -- portrait linocut`. The
 * rendered contents take minutes, the painted styles seconds.
 * Everything is computed here from seeds; the pictures under `samples/` are its output.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { readStoredPicture } from "../src/images/decode.ts";
import { encodeJpeg } from "../src/images/encode.ts";
import type { RgbImage } from "../src/images/rgb-image.ts";
import { GALLERY } from "../src/jobs/gallery.ts";
import { SessionPool } from "../src/onnx/session-pool.ts";
import { likenessVector, STYLE_NETWORK } from "../src/stylize/embedded/network/likeness.ts";
import { StyleNetwork } from "../src/stylize/embedded/network/style-network.ts";
import { blueprint } from "./samples/blueprint.ts";
import { comic } from "./samples/comic.ts";
import { fox } from "./samples/fox.ts";
import { ink } from "./samples/ink.ts";
import { lighthouse } from "./samples/lighthouse.ts";
import { linocut } from "./samples/linocut.ts";
import { mosaic } from "./samples/mosaic.ts";
import { night } from "./samples/night.ts";
import { pastel } from "./samples/pastel.ts";
import { portrait } from "./samples/portrait.ts";
import { poster } from "./samples/poster.ts";
import { river } from "./samples/river.ts";
import { stillLife } from "./samples/still-life.ts";
import { village } from "./samples/village.ts";
import { watercolour } from "./samples/watercolour.ts";
import { woodcut } from "./samples/woodcut.ts";

/** Rays per pixel are the square of this. */
const QUALITY = 2;

const JPEG_QUALITY = 90;
/** Strokes and hairs in every pixel weigh much. */
const FINE_JPEG_QUALITY: Readonly<Record<string, number>> = {
  "content/portrait": 82,
  "content/fox": 82,
  "style/mosaic": 67,
  "style/comic": 60,
  "style/pastel": 84,
  "style/watercolour": 86,
  "style/woodcut": 88,
  "style/blueprint": 86,
};

const SAMPLES: Readonly<Record<string, () => RgbImage>> = {
  "content/portrait": () => portrait(704, 832),
  "content/fox": () => fox(832, 768),
  "content/lighthouse": () => lighthouse(960, 720, QUALITY),
  "content/still-life": () => stillLife(880, 704, QUALITY),
  "style/night": () => night(768, 608),
  "style/village": () => village(768, 608),
  "style/river": () => river(768, 608),
  "style/linocut": () => linocut(768, 608),
  "style/ink": () => ink(768, 608),
  "style/poster": () => poster(768, 608),
  "style/watercolour": () => watercolour(768, 608),
  "style/woodcut": () => woodcut(768, 608),
  "style/mosaic": () => mosaic(768, 608),
  "style/comic": () => comic(768, 608),
  "style/pastel": () => pastel(768, 608),
  "style/blueprint": () => blueprint(768, 608),
};

const folder = path.resolve(import.meta.dirname, "../samples");
const wanted = process.argv.slice(2);
const names = Object.keys(SAMPLES).filter((name) => wanted.length === 0 || wanted.includes(path.basename(name)));
for (const name of names) {
  const start = performance.now();
  const bytes = await encodeJpeg(SAMPLES[name]!(), FINE_JPEG_QUALITY[name] ?? JPEG_QUALITY);
  const file = path.join(folder, `${name}.jpg`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  console.log(
    `${name}.jpg: ${Math.round(bytes.length / 1024)} kB in ${Math.round((performance.now() - start) / 1000)} s`,
  );
}

/** What `/style list similar_to:` compares the gallery by. */
async function writeLikeness(): Promise<void> {
  const network = new StyleNetwork(new SessionPool(Infinity));
  const vectors: Record<string, number[]> = {};
  for (const { name, file: picture } of GALLERY) {
    const vector = likenessVector(await network.styleVector(await readStoredPicture(picture)));
    vectors[name] = Array.from(vector, (value) => Number(value.toFixed(4)));
  }
  const text = JSON.stringify({ network: STYLE_NETWORK, vectors });
  await writeFile(path.join(folder, "likeness.json"), `${text}\n`);
}
if (names.some((name) => name.startsWith("style/"))) await writeLikeness();
