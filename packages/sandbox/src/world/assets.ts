/** What people have put on Discord beside messages, on the CDN under addresses that last: avatars, emojis, stickers. */
import type { Cdn } from "../cdn.ts";
import type { Json } from "../json.ts";
import type { User } from "./types.ts";
import type { World } from "./world.ts";

/** PNG, APNG, Lottie or GIF, by Discord's numbers. */
const FORMATS = { png: 1, apng: 2, lottie: 3, gif: 4 } as const;
export type StickerFormat = keyof typeof FORMATS;

/** Gives somebody an avatar. */
export function setAvatar(cdn: Cdn, user: User, bytes: Uint8Array): void {
  user.avatar = "0123456789abcdef0123456789abcdef";
  cdn.publish(`avatars/${user.id}/${user.avatar}`, bytes);
}

/** Makes a custom emoji. @returns how it is written in a message */
export function addEmoji({ clock }: World, cdn: Cdn, name: string, bytes: Uint8Array): string {
  const id = clock.snowflake();
  cdn.publish(`emojis/${id}`, bytes);
  return `<:${name}:${id}>`;
}

/** Makes a sticker, as messages carry it in `sticker_items`. */
export function addSticker({ clock }: World, cdn: Cdn, name: string, format: StickerFormat, bytes: Uint8Array): Json {
  const id = clock.snowflake();
  if (format !== "lottie") cdn.publish(`stickers/${id}`, bytes);
  return { id, name, format_type: FORMATS[format] };
}
