/** Paints pairs with the engine of a checkout: forked by `paintMissing`, never run by hand. */
import { writeFile } from "node:fs/promises";

import { messageOf, UserError } from "../errors.ts";
import { encodePng } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { needsDescription } from "../variant.ts";
import { writeWhole } from "../write-whole.ts";
import { engineOf } from "./engine-of.ts";
import type { PaintTask, Took } from "./paint-missing.ts";
import { readPicture } from "./picture-folder.ts";

const { stylizer, describer, defaults } = await engineOf(process.argv[2]!);

/** So that no picture's seconds hold what the first one costs. */
await paintPair(blank(64), blank(64), { variant: "inst", settings: { seed: 1, size: 64, strength: 0.6 } }, "blank");

process.on("message", (task: PaintTask) => {
  paintTask(task).then(
    () => process.send!({ done: true }),
    (error: unknown) =>
      process.send!({ error: messageOf(error), identifier: error instanceof UserError ? error.identifier : null }),
  );
});
process.on("disconnect", () => process.exit());
process.send!({ ready: true });

async function paintTask({ content, style, styleSha256, asked, target }: PaintTask): Promise<void> {
  const pictures = [
    await readPicture({ file: content }, "content"),
    await readPicture({ file: style }, "style"),
  ] as const;
  const start = performance.now();
  const startCpu = process.cpuUsage();
  const image = await paintPair(...pictures, asked, styleSha256);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(startCpu);
  const took: Took = { seconds, cpuSeconds: (user + system) / 1e6 };
  await writeFile(`${target}.json`, JSON.stringify({ ...took, asked }));
  await writeWhole(`${target}.png`, await encodePng(image));
}

async function paintPair(
  content: RgbImage,
  style: RgbImage,
  { variant, settings }: PaintTask["asked"],
  styleSha256: string,
): Promise<RgbImage> {
  const description = needsDescription(variant)
    ? await describer.describe({ image: style, sha256: styleSha256 })
    : null;
  const { image } = await stylizer.stylize({
    content,
    style,
    contentSha256: "content",
    styleSha256,
    variant,
    description,
    token: null,
    settings: { ...defaults, ...settings },
  });
  return image;
}

function blank(side: number): RgbImage {
  return { width: side, height: side, data: Uint8Array.from({ length: 3 * side * side }, (_, i) => (i * 7) % 251) };
}
