/** What a picture is called in a store, whichever keeps it: `<first two digits>/<sha256>.<extension>`. */

/** @throws TypeError for anything else than a hash and an extension: it may come to be part of a path */
export function pictureName(sha256: string, extension = "png"): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError(`Expected a sha256 in hex, got ${JSON.stringify(sha256)}`);
  if (!/^[a-z0-9]{1,8}$/.test(extension)) {
    throw new TypeError(`Expected a file extension without dot, got ${JSON.stringify(extension)}`);
  }
  return `${sha256.slice(0, 2)}/${sha256}.${extension}`;
}
