/** Names of files that the bot hands out, made of names that people gave. */

/**
 * A name without an ending that is safe everywhere, also within `attachment://`.
 *
 * @param most characters
 * @param otherwise where nothing of `name` is left
 */
export function fileStem(name: string, most: number, otherwise: string): string {
  const stem = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return stem.slice(0, most) || otherwise;
}
