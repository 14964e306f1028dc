/** Learned tokens on their way between Discord and the picture store. */
import { readFile } from "node:fs/promises";

import { UserError } from "../../errors.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import { type Style, TOKEN_EXTENSION } from "../../jobs/style.ts";
import { encodeTokenFile, readTokenFile, type TokenFile } from "../../stylize/diffusion/token-file.ts";
import { fileStem } from "../messages/file-stem.ts";
import type { ViewFile } from "../messages/view.ts";
import { styleWords as words } from "../wording/styles.ts";

/** Characters of a style's name in its file's. */
const MOST_OF_NAME = 40;

/** Puts a token into the picture store. @returns its sha256. @throws UserError `disk-full` */
export async function keepToken(files: PictureStore, token: TokenFile): Promise<string> {
  return (await files.put(encodeTokenFile(token), TOKEN_EXTENSION)).sha256;
}

/** The token of a style as a file to download, with the style's present name in it. */
export async function tokenFileOf(files: PictureStore, style: Style): Promise<ViewFile> {
  if (style.tokenSha256 === null) throw new UserError("style-not-learned", words.notLearned(style.name));
  const file = await files.local(style.tokenSha256, TOKEN_EXTENSION);
  await readFile(file).catch((cause: unknown) => {
    throw new UserError("token-gone", words.tokenGone, { cause });
  });
  const { vectors, about } = await readTokenFile(file, style.name);
  const { name, description, picture } = style;
  const known = { ...about, name, description: description ?? about.description, styleSha256: picture.sha256 };
  return {
    name: `${fileStem(name, MOST_OF_NAME, "style")}.safetensors`,
    data: encodeTokenFile({ vectors, about: known }),
    alt: name,
    key: style.tokenSha256,
  };
}
