/** Files that arrive with a request or from a person, and the attachments made of them. */
import path from "node:path";

import sharp from "sharp";

import { ApiError, FormFaults } from "../api-error.ts";
import type { Cdn } from "../cdn.ts";
import { type Json, asArray, asObject, asString, textOf } from "../json.ts";
import type { Attachment } from "../world/types.ts";
import type { World } from "../world/world.ts";

/** A file of a person or of a multipart body. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string | undefined;
}

/** `files[n]` of a body, by n. */
export type FilesByIndex = ReadonlyMap<string, UploadedFile>;

const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".jfif": "image/jpeg",
  ".webp": "image/webp",
  ".gif": "image/gif",
  ".avif": "image/avif",
  ".heic": "image/heic",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".html": "text/html; charset=utf-8",
};

/** Discord's own cleaning of file names: letters, digits, dot, dash and underscore; runs of the rest become one `_`. */
const cleanName = (name: string): string =>
  path
    .basename(name)
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .replace(/^[_.]+(?=.)/, "")
    .slice(-200) || "unknown";

/**
 * Keeps a file on the CDN. As on Discord the type follows the extension, and width and height are there only for
 * pictures that can be read.
 *
 * @throws ApiError 40005 when it is larger than an upload may be
 */
export async function keepUpload(world: World, cdn: Cdn, file: UploadedFile, folder: string): Promise<Attachment> {
  if (file.bytes.byteLength > world.maxUploadBytes) throw new ApiError(40005);
  const name = cleanName(file.name);
  const size = await pictureSize(file.bytes);
  const attachment: Attachment = {
    id: world.clock.snowflake(),
    name,
    contentType: TYPES[path.extname(name).toLowerCase()] ?? file.contentType ?? "application/octet-stream",
    bytes: file.bytes,
    folder,
    width: size?.width ?? null,
    height: size?.height ?? null,
    description: null,
    spoiler: name.startsWith("SPOILER_"),
  };
  cdn.keep(attachment);
  return attachment;
}

async function pictureSize(bytes: Uint8Array): Promise<{ width: number; height: number } | undefined> {
  try {
    const { width, height, orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch {
    return undefined;
  }
}

/**
 * The attachments a message has after a create or an edit. `list` is the body's `attachments`: entries whose id is a
 * `files[n]` index are new, the others keep an old one. Without a list all old ones stay and all files are added.
 *
 * @throws ApiError 50035 for an entry that names nothing, 40005 for a file too large
 */
export async function resolveAttachments(
  world: World,
  cdn: Cdn,
  request: { list: unknown; files: FilesByIndex; before: readonly Attachment[]; folder: string },
): Promise<Attachment[]> {
  const { files, before, folder } = request;
  const faults = new FormFaults();
  const entries: Json[] = Array.isArray(request.list)
    ? asArray(request.list).map(asObject)
    : [...before.map(({ id }) => ({ id })), ...[...files.keys()].map((id) => ({ id }))];
  if (Array.isArray(request.list))
    for (const index of files.keys())
      if (!entries.some((entry) => String(entry["id"]) === index)) entries.push({ id: index });
  if (entries.length > 10) faults.count(["attachments"], entries.length, 0, 10);

  const kept: Attachment[] = [];
  for (const [position, entry] of entries.entries()) {
    const id = textOf(entry["id"]);
    faults.text(["attachments", position, "description"], entry["description"], 0, 1024);
    const old = before.find((attachment) => attachment.id === id);
    const file = files.get(id);
    if (!old && !file) {
      faults.add(["attachments", position, "id"], "ATTACHMENT_NOT_FOUND", "Attachment data not found");
      continue;
    }
    const name = asString(entry["filename"]);
    const attachment = old ?? (await keepUpload(world, cdn, name ? { ...file!, name } : file!, folder));
    if ("description" in entry) attachment.description = asString(entry["description"]) ?? null;
    if (entry["is_spoiler"] === true) attachment.spoiler = true;
    kept.push(attachment);
  }
  faults.throwIfAny();
  return kept;
}
