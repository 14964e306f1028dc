/** What a file is, told from its first bytes and never from its name. */
export type FileKind = PictureFormat | "heic" | "svg" | "pdf" | "html" | "video" | "other-picture" | "unknown";

/** Formats that are decoded. */
export type PictureFormat = "jpeg" | "png" | "gif" | "webp" | "avif" | "tiff";

const PICTURE_FORMATS: ReadonlySet<string> = new Set<PictureFormat>(["jpeg", "png", "gif", "webp", "avif", "tiff"]);

export const isPictureFormat = (kind: FileKind): kind is PictureFormat => PICTURE_FORMATS.has(kind);

const SIGNATURES: readonly (readonly [kind: FileKind, offset: number, signature: string])[] = [
  ["jpeg", 0, "\xff\xd8\xff"],
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["gif", 0, "GIF87a"],
  ["gif", 0, "GIF89a"],
  ["webp", 8, "WEBPVP8"],
  ["tiff", 0, "II*\0"],
  ["tiff", 0, "MM\0*"],
  ["pdf", 0, "%PDF-"],
  ["other-picture", 0, "BM"],
  ["other-picture", 0, "8BPS"],
  ["other-picture", 0, "\0\0\x01\0"],
  ["other-picture", 0, "\xff\x0a"],
  ["other-picture", 0, "\0\0\0\x0cJXL "],
  ["other-picture", 0, "\0\0\0\x0cjP  "],
  ["other-picture", 0, "#?RADIANCE"],
  ["other-picture", 0, "\x76\x2f\x31\x01"],
  ["video", 0, "\x1a\x45\xdf\xa3"],
  ["video", 8, "AVI LIST"],
];

/** Brands of the ISO media container (ISO/IEC 14496-12) that hold HEVC pictures. */
const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);

/** Tells what `bytes` hold from the first few hundred of them. */
export function sniff(bytes: Uint8Array): FileKind {
  const head = latin1(bytes, 0, 1024);
  if (head.startsWith("ftyp", 4)) return sniffIsoMedia(bytes, head);
  for (const [kind, offset, signature] of SIGNATURES) if (head.startsWith(signature, offset)) return kind;
  return sniffMarkup(head);
}

function sniffIsoMedia(bytes: Uint8Array, head: string): FileKind {
  const boxLength = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
  const brands = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= Math.min(boxLength, head.length); at += 4) brands.push(head.slice(at, at + 4));
  if (brands.some((brand) => brand === "avif" || brand === "avis")) return "avif";
  if (brands.some((brand) => HEIC_BRANDS.has(brand) || brand === "mif1" || brand === "msf1")) return "heic";
  return "video";
}

function sniffMarkup(head: string): FileKind {
  const text = head
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart()
    .toLowerCase();
  if (!text.startsWith("<")) return "unknown";
  if (/<svg[\s>]/.test(text)) return text.startsWith("<!doctype html") || text.startsWith("<html") ? "html" : "svg";
  return /^<(!doctype html|html|head|body|!--|title|script)/.test(text) ? "html" : "unknown";
}

/** Whether a PNG is an APNG: its `acTL` chunk stands before the first `IDAT` (PNG, third edition, section 11.3.6). */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = latin1(bytes, at + 4, at + 8);
    if (type === "acTL") return true;
    if (type === "IDAT" || type === "IEND") return false;
  }
  return false;
}

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));
