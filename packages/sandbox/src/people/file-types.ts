/** `file_types` of attachment options and file uploads: which extensions the client lets through. */
import path from "node:path";

import { asArray } from "../json.ts";

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  image: [".png", ".gif", ".jpg", ".jpeg", ".jfif", ".webp", ".avif"],
  video: [".mp4", ".mov", ".webm"],
  audio: [".mp3", ".wav", ".ogg", ".flac", ".m4a"],
};

/** Whether the name of a file is among the types asked for. Looks at the extension only, as Discord does. */
export function isFileTypeAllowed(name: string, fileTypes: unknown): boolean {
  const types = asArray(fileTypes).map(String);
  if (types.length === 0) return true;
  const extension = path.extname(name).toLowerCase();
  return types.some((type) => (GROUPS[type] ?? [type.toLowerCase()]).includes(extension));
}
