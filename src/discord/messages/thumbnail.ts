/** Stored pictures made small, for messages that show what they are about. */
import { readStoredPicture } from "../../images/decode.ts";
import { thumbnail } from "../../images/encode.ts";
import type { PictureRef } from "../../jobs/job.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { ViewFile } from "./view.ts";

/** Long side, pixels. */
const THUMBNAIL_SIDE = 320;

/** A JPEG thumbnail of a stored picture. @param side of its long side, pixels */
export async function thumbnailFile(
  files: PictureStore,
  picture: Pick<PictureRef, "sha256">,
  name: string,
  alt: string,
  side = THUMBNAIL_SIDE,
): Promise<ViewFile> {
  const data = await thumbnail(await readStoredPicture(await files.local(picture.sha256)), side);
  return { name: `${name}.jpg`, data: Buffer.from(data), alt, key: picture.sha256, shows: [picture.sha256] };
}
