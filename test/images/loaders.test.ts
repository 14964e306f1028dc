import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import sharp from "sharp";
import { expect, it } from "vitest";

import { shutOtherLoaders } from "../../src/images/loaders.ts";
import { open, quarters } from "./pictures.ts";

it("only the formats that are accepted are opened, and only from memory", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "atelier-loaders-"));
  const file = path.join(folder, "sound.png");
  const picture = open(quarters(64, 64));
  await picture.clone().png().toFile(file);
  const formats = ["jpeg", "png", "webp", "gif", "avif", "tiff"] as const;
  const bytes = await Promise.all(formats.map((format) => picture.clone().toFormat(format).toBuffer()));
  shutOtherLoaders();
  try {
    for (const each of bytes) expect((await sharp(each).raw().toBuffer()).length).toBeGreaterThan(0);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(svg).raw().toBuffer()).rejects.toThrow("unsupported image format");
    await expect(sharp(file).raw().toBuffer()).rejects.toThrow("unsupported image format");
    expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, files: { max: 0 }, items: { max: 0 } });
  } finally {
    // Other tests in this process read files.
    sharp.unblock({ operation: ["VipsForeignLoad"] });
    sharp.cache(true);
    sharp.concurrency(0);
    rmSync(folder, { recursive: true });
  }
});
