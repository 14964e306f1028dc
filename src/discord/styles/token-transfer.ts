/** Learned tokens on their way between Discord and the picture store. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { UserError } from "../../errors.ts";
import { type Style, TOKEN_EXTENSION } from "../../jobs/style.ts";
import { encodeTokenFile, readTokenFile, type TokenFile } from "../../stylize/token-file.ts";
import type { Bot } from "../bot.ts";
import { downloadPicture, type Upload } from "../downloads.ts";
import type { ViewFile } from "../view.ts";
import { styleWords as words } from "../wording/styles.ts";

const MOST_BYTES = 2 * 1024 * 1024;

/** Reads an upload as a token and keeps it. @throws UserError that says what is wrong with the file */
export async function takeToken(
  { config, store }: Pick<Bot, "config" | "store">,
  upload: Upload,
): Promise<{ readonly sha256: string; readonly token: TokenFile }> {
  if (upload.size > MOST_BYTES) throw new UserError("token-file", words.fileTooLarge);
  const limits = { cdnBase: config.DISCORD_CDN_BASE, maxBytes: MOST_BYTES, seconds: config.DOWNLOAD_SECONDS };
  const bytes = await downloadPicture(upload, "style", limits).catch((cause: unknown) => {
    throw new UserError("token-file", words.fileGone, { cause });
  });
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-token-"));
  try {
    const file = path.join(folder, "upload");
    await writeFile(file, bytes);
    const token = await readTokenFile(file, `“${upload.title ?? upload.name}”`);
    return { sha256: await keepToken({ store }, token), token };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts a token into the picture store. @returns its sha256. @throws UserError `disk-full` */
export async function keepToken({ store }: Pick<Bot, "store">, token: TokenFile): Promise<string> {
  return (await store.files.put(encodeTokenFile(token), TOKEN_EXTENSION)).sha256;
}

/** The token of a style as a file to download, with the style's present name in it. */
export async function tokenFileOf({ store }: Pick<Bot, "store">, style: Style): Promise<ViewFile> {
  if (style.tokenSha256 === null) throw new UserError("style-not-learned", words.notLearned(style.name));
  const file = store.files.path(style.tokenSha256, TOKEN_EXTENSION);
  await readFile(file).catch((cause: unknown) => {
    throw new UserError("token-gone", words.tokenGone, { cause });
  });
  const { vectors, about } = await readTokenFile(file, style.name);
  const { name, description, picture } = style;
  const known = { ...about, name, description: description ?? about.description, styleSha256: picture.sha256 };
  const stem = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return {
    name: `${stem.slice(0, 40) || "style"}.safetensors`,
    data: encodeTokenFile({ vectors, about: known }),
    alt: name,
    key: style.tokenSha256,
  };
}
