/**
 * Paints pairs with the engine of a checkout, which may be older than this file: forked by `paintMissing`, never run by
 * hand. Of that checkout it asks no more than every commit has.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import type { StyleDescriber } from "../caption/describer.ts";
import { messageOf } from "../errors.ts";
import { encodePng } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { DEFAULT_SETTINGS } from "../painting.ts";
import type { Stylizer } from "../stylize/stylizer.ts";
import { needsDescription } from "../variant.ts";
import { writeWhole } from "../write-whole.ts";
import { ENGINE } from "./engine-sources.ts";
import type { PaintTask } from "./paint-missing.ts";
import { readPicture } from "./picture-folder.ts";

const root = process.argv[2]!;
const load = (file: string): Promise<unknown> => import(pathToFileURL(path.join(root, file)).href);

const { EmbeddedStylizer } = (await load(ENGINE)) as { readonly EmbeddedStylizer: new () => Stylizer };
const { PaletteDescriber } = (await load("src/caption/palette/palette-describer.ts")) as {
  readonly PaletteDescriber: new () => StyleDescriber;
};
const { DEFAULT_SETTINGS: itsOwn } = (await load("src/painting.ts").catch(() => ({ DEFAULT_SETTINGS: {} }))) as {
  readonly DEFAULT_SETTINGS: object;
};
const stylizer = new EmbeddedStylizer();

/** So that no picture's seconds hold what the first one costs. */
await paintPair(blank(64), blank(64), { variant: "inst", settings: { seed: 1, size: 64, strength: 0.6 } }, "blank");

process.on("message", (task: PaintTask) => {
  paintTask(task).then(
    (seconds) => process.send!({ seconds }),
    (error: unknown) => process.send!({ error: messageOf(error) }),
  );
});
process.on("disconnect", () => process.exit());
process.send!({ ready: true });

async function paintTask({ content, style, styleSha256, asked, target }: PaintTask): Promise<number> {
  const pictures = [
    await readPicture({ file: content }, "content"),
    await readPicture({ file: style }, "style"),
  ] as const;
  const start = performance.now();
  const image = await paintPair(...pictures, asked, styleSha256);
  const seconds = (performance.now() - start) / 1000;
  await writeFile(`${target}.json`, JSON.stringify({ seconds, asked }));
  await writeWhole(`${target}.png`, await encodePng(image));
  return seconds;
}

async function paintPair(
  content: RgbImage,
  style: RgbImage,
  { variant, settings }: PaintTask["asked"],
  styleSha256: string,
): Promise<RgbImage> {
  const description = needsDescription(variant)
    ? await new PaletteDescriber().describe({ image: style, sha256: styleSha256 })
    : null;
  const { image } = await stylizer.stylize({
    content,
    style,
    contentSha256: "content",
    styleSha256,
    variant,
    description,
    token: null,
    settings: { ...DEFAULT_SETTINGS, ...itsOwn, ...settings },
  });
  return image;
}

function blank(side: number): RgbImage {
  return { width: side, height: side, data: Uint8Array.from({ length: 3 * side * side }, (_, i) => (i * 7) % 251) };
}
