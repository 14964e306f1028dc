/** Takes an uploaded picture in: download, check by content, normalise, store. CDN addresses are not kept. */
import { UserError } from "../errors.ts";
import { normalisePicture } from "../images/encode.ts";
import type { PictureRole } from "../images/refusals.ts";
import type { PictureRef } from "../jobs/job.ts";
import type { Bot } from "./bot.ts";
import { downloadPicture, type Upload } from "./downloads.ts";

const MEBIBYTE = 1024 * 1024;

type Intake = Pick<Bot, "config" | "store" | "closing">;

/** Takes both pictures of a pair in. @throws UserError that says what is wrong with either, or with both */
export async function takePair(
  bot: Intake,
  content: Promise<PictureRef>,
  style: Upload,
): Promise<[PictureRef, PictureRef]> {
  const [first, second] = await Promise.allSettled([content, takePicture(bot, style, "style")]);
  if (first.status === "fulfilled" && second.status === "fulfilled") return [first.value, second.value];
  const faults = [first, second].flatMap((outcome): unknown[] =>
    outcome.status === "rejected" ? [outcome.reason] : [],
  );
  const [one, other] = faults;
  if (one instanceof UserError && other instanceof UserError)
    throw new UserError(one.identifier, `${one.message}\n${other.message}`, { cause: one });
  throw one;
}

/** @throws UserError when the picture cannot be had or is not one */
export async function takePicture(bot: Intake, upload: Upload, role: PictureRole): Promise<PictureRef> {
  const { config, store, closing } = bot;
  const maxBytes = config.MAX_UPLOAD_MB * MEBIBYTE;
  const bytes = await downloadPicture(upload, role, {
    cdnBase: config.DISCORD_CDN_BASE,
    maxBytes,
    seconds: config.DOWNLOAD_SECONDS,
    closing,
  });
  const { image, png, notes } = await normalisePicture(bytes, role, {
    maxBytes,
    maxPixels: config.MAX_MEGAPIXELS * 1e6,
    seconds: config.DOWNLOAD_SECONDS,
  });
  const { sha256 } = await store.files.put(png);
  const { width, height } = image;
  await store.pictures.remember({ sha256, width, height });
  return { sha256, width, height, name: upload.title ?? upload.name, notes };
}
