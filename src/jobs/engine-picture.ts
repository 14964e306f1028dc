/** A stored picture as engines take it. */
import type { EnginePicture } from "./engine.ts";
import type { PictureStore } from "./repositories.ts";

export const enginePicture = async (
  files: Pick<PictureStore, "local">,
  { sha256 }: { readonly sha256: string },
): Promise<EnginePicture> => ({ path: await files.local(sha256), sha256 });
