/** What lies in a file's place that holds no weights: a pointer of Git LFS, a page, a picture. Told from its first bytes. */
import { open } from "node:fs/promises";

import { excerpt } from "../../errors.ts";

/** Bytes that are looked at. */
export const HEAD_BYTES = 1024;

const SIGNATURES: readonly (readonly [signature: string, words: string])[] = [
  ["\x89PNG\r\n", "a picture (PNG)"],
  ["\xff\xd8\xff", "a picture (JPEG)"],
  ["GIF8", "a picture (GIF)"],
  ["RIFF", "a picture or a film (RIFF)"],
  ["GGUF", "a GGUF file, as llama.cpp reads them"],
  ["\x89HDF\r\n", "a file of Keras (HDF5)"],
  ["\x1f\x8b", "packed by gzip: unpack it first"],
  ["7z\xbc\xaf", "packed by 7-Zip: unpack it first"],
  ["Rar!", "packed by RAR: unpack it first"],
  ["%PDF-", "a PDF"],
];

/** Of a pointer, the size of the file that it stands for. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/[^\n]*\n(?:[^\n]*\n)*?size (?<size>\d{1,15})\n/;
/** What servers answer in a file's place is short, and printable to its end. */
const LONGEST_ANSWER = 400;

/**
 * What a file is, in words that complete "it is …"; `null` where it may hold weights.
 *
 * @param head its first bytes, `HEAD_BYTES` of them where there are as many
 * @param size of the whole file, bytes
 */
export function foreignFormat(head: Buffer, size: number): string | null {
  if (size === 0) return "empty: its download did not begin, or there was no room";
  const text = head.subarray(0, HEAD_BYTES).toString("latin1");
  // The length of a header may begin as anything.
  if (text[8] === "{") return null;
  const pointer = LFS_POINTER.exec(text)?.groups?.["size"];
  if (pointer !== undefined)
    return `a pointer of Git LFS: the real file of ${Number(pointer)} bytes was not downloaded (\`git lfs pull\` does it)`;
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<(?:!doctype|html|head|\?xml)/i.test(start))
    return "a web page: the download led to a page of the site, perhaps to sign in";
  const found = SIGNATURES.find(([signature]) => text.startsWith(signature));
  if (found) return found[1];
  if (/^[{[]\s*["{[\]}]/.test(start)) return "a text in JSON";
  if (size <= LONGEST_ANSWER && /^[\x20-\x7e\s]+$/.test(text)) return `a short text: ${JSON.stringify(excerpt(start))}`;
  return null;
}

/** The same of a file. @throws NodeJS.ErrnoException */
export async function foreignFormatOf(file: string): Promise<string | null> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await handle.read(head, 0, head.length, 0);
    return foreignFormat(head, size);
  } finally {
    await handle.close();
  }
}
