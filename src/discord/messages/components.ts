/** What messages are put together from: text, pictures, buttons, and the colours that tell how something stands. */
import {
  ActionRowBuilder,
  ButtonBuilder,
  type ButtonStyle,
  MediaGalleryBuilder,
  SectionBuilder,
  TextDisplayBuilder,
  ThumbnailBuilder,
} from "discord.js";

import { type ButtonFamily, customId } from "./custom-id.ts";
import { view, type View, type ViewFile } from "./view.ts";

/** Colour of the bar beside a box, RGB. */
export const ACCENT = { working: 0xe8a33d, done: 0x4c9f70, stopped: 0x8a8f98 } as const;

/** Discord's Markdown. */
export const text = (content: string): TextDisplayBuilder => new TextDisplayBuilder().setContent(content);

/** Files of the view, side by side. */
export const gallery = (files: readonly ViewFile[]): MediaGalleryBuilder =>
  new MediaGalleryBuilder().addItems(
    files.map((file) => ({ media: { url: `attachment://${file.name}` }, description: file.alt })),
  );

/** Words with a small picture of the view beside them. */
export const beside = (words: string, { name, alt }: ViewFile): SectionBuilder =>
  new SectionBuilder()
    .addTextDisplayComponents(text(words))
    .setThumbnailAccessory(new ThumbnailBuilder().setURL(`attachment://${name}`).setDescription(alt));

/** A button that the handler of `family` answers, with the parts of its id. */
export const press = (
  family: ButtonFamily,
  label: string,
  style: ButtonStyle,
  ...parts: readonly string[]
): ButtonBuilder =>
  new ButtonBuilder()
    .setCustomId(customId(family, ...parts))
    .setLabel(label)
    .setStyle(style);

/** Up to five buttons. */
export const row = (...buttons: readonly ButtonBuilder[]): ActionRowBuilder<ButtonBuilder> =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(...buttons);

/** A few words in a message of their own. */
export const noticeView = (words: string): View => view([text(words)]);
