/** The picture in somebody's message: attached, shown by components, or embedded. */
import type { Message } from "discord.js";

import type { Upload } from "./downloads.ts";

/** The first picture, or `null` when there is none. Only interactions bring other people's messages whole. */
export function findPicture(message: Message): Upload | null {
  for (const { url, size, name, contentType } of message.attachments.values())
    if (contentType?.startsWith("image/")) return { url, size, name };
  const shown = message.components.map((component) => mediaIn(component.toJSON())).find((url) => url !== null);
  const embedded = message.embeds.map(({ image, thumbnail }) => image?.proxyURL ?? thumbnail?.proxyURL).find(Boolean);
  const url = shown ?? embedded;
  return url ? { url, size: 0, name: nameOf(url) } : null;
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
