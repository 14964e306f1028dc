/** Paints the README's gallery: pairs of the samples in every variant, by the embedded engine. `npm run gallery` */
import { writeFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

import { PaletteDescriber } from "../src/caption/palette/palette-describer.ts";
import { sample } from "../src/cli/demo/samples.ts";
import { contactSheet, type ContactSheetCell } from "../src/images/contact-sheet.ts";
import { decodePicture } from "../src/images/decode.ts";
import type { RgbImage } from "../src/images/rgb-image.ts";
import { DEFAULT_SETTINGS } from "../src/painting.ts";
import { sha256Of } from "../src/sha256.ts";
import { EmbeddedStylizer } from "../src/stylize/embedded/index.ts";
import { needsDescription, VARIANT_LABEL, VARIANTS } from "../src/variant.ts";

const TARGET = path.resolve(import.meta.dirname, "../docs/gallery.jpg");
const SEED = 7;
/** GitHub shows a README some 900 pixels wide. */
const CELL = 250;
const LABEL = 15;

const PAIRS = [
  ["fox", "village"],
  ["still-life", "linocut"],
  ["lighthouse", "poster"],
  ["portrait", "river"],
  ["fox", "ink"],
  ["lighthouse", "village"],
  ["still-life", "night"],
  ["portrait", "village"],
  ["fox", "poster"],
  ["still-life", "river"],
  ["lighthouse", "linocut"],
  ["portrait", "ink"],
] as const;

const stylizer = new EmbeddedStylizer();
const describer = new PaletteDescriber();
const rows: ContactSheetCell[][] = [];
for (const [content, style] of PAIRS) {
  const pictures = { content: await pictureOf("content", content), style: await pictureOf("style", style) };
  const [contentSha256, styleSha256] = [await sha256Of(pictures.content.data), await sha256Of(pictures.style.data)];
  const words = await describer.describe({ image: pictures.style, sha256: styleSha256 });
  const row = [
    { image: pictures.content, label: content.replace("-", " ") },
    { image: pictures.style, label: `× ${style}` },
  ];
  for (const variant of VARIANTS) {
    const { image } = await stylizer.stylize({
      ...pictures,
      contentSha256,
      styleSha256,
      variant,
      description: needsDescription(variant) ? words : null,
      token: null,
      settings: { ...DEFAULT_SETTINGS, seed: SEED },
    });
    row.push({ image, label: VARIANT_LABEL[variant] });
  }
  rows.push(row);
  console.log(`${content} × ${style}`);
}
const sheet = await contactSheet(rows, { cell: CELL, labelSize: LABEL });
await writeFile(TARGET, await sharp(sheet).jpeg({ quality: 84, mozjpeg: true }).toBuffer());
console.log(path.relative(process.cwd(), TARGET));

async function pictureOf(kind: "content" | "style", name: string): Promise<RgbImage> {
  return (await decodePicture((await sample(kind, name)).bytes, kind)).image;
}
