/** The picture in somebody's message: attached, shown by components, embedded, a sticker, or a custom emoji. */
import { FormattingPatterns, type Message, StickerFormatType } from "discord.js";

import { UserError } from "../../errors.ts";
import { pairModalWords as words } from "../wording/commands.ts";
import type { Upload } from "./downloads.ts";

/** Pixels; no emoji is larger. */
const EMOJI_SIDE = 128;

/**
 * The first picture, or `null` when there is none. Only interactions bring other people's messages whole.
 *
 * @throws UserError `sticker-lottie` when all there is is a sticker without pixels
 */
export function findPicture(message: Message): Upload | null {
  for (const { url, size, name, contentType } of message.attachments.values())
    if (contentType?.startsWith("image/")) return { url, size, name };
  const shown = message.components.map((component) => mediaIn(component.toJSON())).find((url) => url !== null);
  const embedded = message.embeds.map(({ image, thumbnail }) => image?.proxyURL ?? thumbnail?.proxyURL).find(Boolean);
  const url = shown ?? embedded;
  return url ? { url, size: 0, name: nameOf(url) } : (stickerOf(message) ?? emojiOf(message));
}

function stickerOf({ stickers }: Message): Upload | null {
  const drawn = stickers.find(({ format }) => format !== StickerFormatType.Lottie);
  if (drawn) return { url: drawn.url, size: 0, name: drawn.name };
  if (stickers.size > 0) throw new UserError("sticker-lottie", words.lottie);
  return null;
}

/** The first custom one in the text; those of Unicode are letters. */
function emojiOf({ content, client }: Message): Upload | null {
  const { name, id } = FormattingPatterns.Emoji.exec(content)?.groups ?? {};
  if (name === undefined || id === undefined) return null;
  // As PNG also those that move have their first frame.
  return { url: client.rest.cdn.emoji(id, { extension: "png", size: EMOJI_SIDE }), size: 0, name };
}

/** The first media item within a component, in reading order. Looks into whatever a component is made of, so that new kinds count. */
function mediaIn(component: unknown): string | null {
  if (typeof component !== "object" || component === null) return null;
  if ("media" in component) {
    const media = component.media as { url?: string; content_type?: string };
    return media.url && (media.content_type ?? "image/").startsWith("image/") ? media.url : null;
  }
  for (const value of Object.values(component).flat()) {
    const found = mediaIn(value);
    if (found !== null) return found;
  }
  return null;
}

const nameOf = (url: string): string => (URL.canParse(url) ? (new URL(url).pathname.split("/").at(-1) ?? "") : "");
