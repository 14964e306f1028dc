/** Takes pictures and tokens out of the store that nothing refers to. */
import { TOKEN_EXTENSION } from "../../jobs/style.ts";
import type { Store } from "../store.ts";

/** Erases a picture with all that was made of it, or a token, unless something refers to it. */
export async function discardFile(
  { files, pictures, styles }: Pick<Store, "files" | "pictures" | "styles">,
  sha256: string,
  kind: "picture" | "token",
): Promise<void> {
  if (kind === "picture") {
    if (await pictures.erase(sha256)) await files.remove(sha256);
  } else if (!(await styles.usesToken(sha256))) await files.remove(sha256, TOKEN_EXTENSION);
}
