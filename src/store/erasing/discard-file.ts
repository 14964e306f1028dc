/** Takes files out of the store that nothing refers to. */
import { TOKEN_EXTENSION } from "../../jobs/style.ts";
import { STATE_EXTENSION } from "../../jobs/tasks.ts";
import type { Store } from "../store.ts";

/** A picture, with all that was made of it; a style's token; what a style that is being learned has reached. */
export type FileKind = "picture" | "token" | "state";

/** Extensions in the store. */
export const EXTENSIONS: Readonly<Record<FileKind, string>> = {
  picture: "png",
  token: TOKEN_EXTENSION,
  state: STATE_EXTENSION,
};

/**
 * Erases a file, and of a picture what was made of it, unless something refers to it.
 *
 * @param before of a picture: only where nobody came with it since, Unix milliseconds
 */
export async function discardFile(
  { db, files, pictures, styles }: Pick<Store, "db" | "files" | "pictures" | "styles">,
  sha256: string,
  kind: FileKind,
  before?: number,
): Promise<void> {
  const isFree =
    kind === "picture"
      ? await pictures.erase(sha256, before)
      : !(kind === "token" ? await styles.usesToken(sha256) : await isReached(db, sha256));
  if (isFree) await files.remove(sha256, EXTENSIONS[kind]);
}

/** Whether a learning's state is the furthest that it has. */
const isReached = async (db: Store["db"], sha256: string): Promise<boolean> =>
  (await db.selectFrom("learning_states").select("sha256").where("sha256", "=", sha256).executeTakeFirst()) !==
  undefined;
