/** What members upload: small pictures in many looks, files that are none, learned styles. */
import { readFileSync } from "node:fs";
import path from "node:path";

import type { UploadedFile } from "@atelier/sandbox";
import sharp from "sharp";

import { draw as drawPicture } from "../../discord/pictures.ts";
import type { Draw } from "../../draw.ts";

const LOOKS = 12;
const LEARNED = path.resolve(import.meta.dirname, "../../fixtures/torch/learned_embeds.bin");

const hue = (draw: Draw): string => `hsl(${draw.whole(0, 359)},60%,${draw.whole(25, 75)}%)`;

/** Stripes and dots in colours of their own: no two look alike. */
const drawing = (draw: Draw): string =>
  `<rect width="120" height="90" fill="${hue(draw)}"/>${Array.from({ length: 7 }, (_, n) =>
    draw.chance(0.5)
      ? `<path d="M0 ${n * 13} Q 30 ${n * 13 + draw.whole(-20, 20)} 120 ${n * 13}" stroke="${hue(draw)}" stroke-width="${draw.whole(2, 8)}" fill="none"/>`
      : `<circle cx="${draw.whole(0, 120)}" cy="${draw.whole(0, 90)}" r="${draw.whole(4, 25)}" fill="${hue(draw)}"/>`,
  ).join("")}`;

export interface Files {
  readonly pictures: readonly UploadedFile[];
  /** Refused, each for another reason. */
  readonly bad: readonly UploadedFile[];
  readonly tokens: readonly UploadedFile[];
}

export async function makeFiles(draw: Draw): Promise<Files> {
  const pictures: UploadedFile[] = [];
  for (let n = 0; n < LOOKS; n++) {
    const image = drawPicture(draw.whole(80, 260), draw.whole(80, 220), drawing(draw));
    const isPng = draw.chance(0.5);
    const bytes = await (isPng ? image.png() : image.jpeg()).toBuffer();
    pictures.push({
      name: `look-${n}.${isPng ? "png" : "jpg"}`,
      bytes,
      contentType: `image/${isPng ? "png" : "jpeg"}`,
    });
  }
  const whole = pictures[0]!.bytes;
  const huge = await sharp({ create: { width: 2500, height: 2500, channels: 3, background: "red" } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const bad = [
    { name: "words.png", bytes: Buffer.from("these are words, not a picture"), contentType: "image/png" },
    { name: "cut.png", bytes: whole.slice(0, whole.length / 2), contentType: "image/png" },
    { name: "empty.jpg", bytes: Buffer.alloc(0), contentType: "image/jpeg" },
    { name: "huge.png", bytes: huge, contentType: "image/png" },
    { name: "narrow.png", bytes: await drawPicture(3000, 2).png().toBuffer(), contentType: "image/png" },
  ];
  const learned = readFileSync(LEARNED);
  const tokens = [
    { name: "learned_embeds.bin", bytes: learned },
    { name: "learned_embeds.bin", bytes: learned.subarray(0, 300) },
    { name: "other.safetensors", bytes: Buffer.from("{}") },
  ];
  return { pictures, bad, tokens };
}
