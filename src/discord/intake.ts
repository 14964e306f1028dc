/** Takes an uploaded picture in: download, check by content, normalise, store. CDN addresses are not kept. */
import { normalisePicture } from "../images/encode.ts";
import type { PictureRole } from "../images/refusals.ts";
import type { PictureRef } from "../jobs/job.ts";
import type { Bot } from "./bot.ts";
import { downloadPicture, type Upload } from "./downloads.ts";

const MEBIBYTE = 1024 * 1024;

/** @throws UserError when the picture cannot be had or is not one */
export async function takePicture(
  bot: Pick<Bot, "config" | "store">,
  upload: Upload,
  role: PictureRole,
): Promise<PictureRef> {
  const { config, store } = bot;
  const maxBytes = config.MAX_UPLOAD_MB * MEBIBYTE;
  const bytes = await downloadPicture(upload, role, {
    cdnBase: config.DISCORD_CDN_BASE,
    maxBytes,
    seconds: config.DOWNLOAD_SECONDS,
  });
  const { image, png, notes } = await normalisePicture(bytes, role, {
    maxBytes,
    maxPixels: config.MAX_MEGAPIXELS * 1e6,
    seconds: config.DOWNLOAD_SECONDS,
  });
  const { sha256 } = await store.files.put(png);
  const { width, height } = image;
  await store.pictures.remember({ sha256, width, height });
  return { sha256, width, height, name: upload.name, notes };
}
