/** What a picture is called in a store, whichever keeps it: `<first two digits>/<sha256>.<extension>`. */

const SHA256 = /^[0-9a-f]{64}$/;
const EXTENSION = /^[a-z0-9]{1,8}$/;

/** @throws TypeError for anything else than a hash and an extension: it may come to be part of a path */
export function pictureName(sha256: string, extension = "png"): string {
  if (!SHA256.test(sha256)) throw new TypeError(`Expected a sha256 in hex, got ${JSON.stringify(sha256)}`);
  if (!EXTENSION.test(extension)) {
    throw new TypeError(`Expected a file extension without dot, got ${JSON.stringify(extension)}`);
  }
  return `${sha256.slice(0, 2)}/${sha256}.${extension}`;
}

/** What a name says, with slashes; `null` for one that no picture has. */
export function readPictureName(name: string): { readonly sha256: string; readonly extension: string } | null {
  const [shelf, file = "", ...rest] = name.split("/");
  const [sha256 = "", extension = "", ...more] = file.split(".");
  const isOne = SHA256.test(sha256) && EXTENSION.test(extension) && rest.length + more.length === 0;
  return isOne && shelf === sha256.slice(0, 2) ? { sha256, extension } : null;
}

/** Beside the pictures: whose they are. */
export const OWNER = "installation";
