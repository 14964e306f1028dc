/** Stored pictures made small, for messages that show what they are about. */
import { storedThumbnail } from "../../images/encode.ts";
import type { PictureRef } from "../../jobs/job.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { ViewFile } from "./view.ts";

/** Long side, pixels. */
const THUMBNAIL_SIDE = 320;

/** A thumbnail of a stored picture, in its shape. @param side of its long side, pixels */
export async function thumbnailFile(
  files: PictureStore,
  picture: Pick<PictureRef, "sha256">,
  name: string,
  alt: string,
  side = THUMBNAIL_SIDE,
): Promise<ViewFile> {
  const { bytes, extension } = await storedThumbnail(await files.local(picture.sha256), side);
  return { name: `${name}.${extension}`, data: Buffer.from(bytes), alt, key: picture.sha256, shows: [picture.sha256] };
}
