/** Everything the bot says about looking through styles and through one's own pictures. */
import type { GalleryStyle } from "../../jobs/gallery.ts";
import type { Job } from "../../jobs/job.ts";
import { VARIANT_LABEL } from "../../variant.ts";
import { clip, escapeText, plainName, relativeTime } from "./markdown.ts";

/** Alt texts have this limit in Discord. */
const ALT_LENGTH = 1024;
/** As much as a button shows on a phone when three stand in a row. */
const LABEL_LENGTH = 24;
/** Titles of forms have this limit in Discord. */
const TITLE_LENGTH = 45;

const list = (names: readonly string[]): string => names.map((name) => `**${escapeText(clip(name, 40))}**`).join(" · ");

export const stylesWords = {
  /** @param names of the pictures below, in their order */
  page: (names: readonly string[], page: number, pages: number, saved: number): string =>
    [
      "### 🎨 Styles",
      list(names),
      `-# Page ${page} of ${pages}: ${saved === 0 ? "the gallery. `/style save` adds styles of this server." : `the gallery, then ${saved.toLocaleString("en")} of this server.`} Press a name to paint a picture of yours with it.`,
    ].join("\n"),
  galleryAlt: ({ name, words }: GalleryStyle): string => clip(`Style ${name}: ${words}`, ALT_LENGTH),
  libraryAlt: (name: string, description: string | null): string =>
    clip(description === null ? `Style ${name}` : `Style ${name}: ${description}`, ALT_LENGTH),
  paint: (name: string): string => clip(name, LABEL_LENGTH),
  surprise: "Surprise me",
  previous: "Previous",
  next: "Next",
} as const;

export const paintWithWords = {
  title: (name: string): string => clip(`Paint with ${name}`, TITLE_LENGTH),
  surpriseTitle: "Surprise me",
  content: "Picture",
  contentHint: "The picture to repaint",
  prompt: "Words of your own (optional)",
  noContent: "I need a picture to repaint. Please attach one.",
} as const;

const nameOf = ({ request }: Job): string =>
  `**${escapeText(plainName(request.content.name))}** in the style of **${escapeText(plainName(request.style.name))}**`;

export const historyWords = {
  title: (inServer: boolean): string =>
    `### 🖼️ Your last pictures ${inServer ? "in this server" : "outside of servers that I am a member of"}`,
  none: (inServer: boolean): string =>
    inServer
      ? "You have painted nothing in this server yet, or it was deleted. `/styles` shows what you can paint with."
      : "You have painted nothing outside of servers that I am a member of, or it was deleted. `/stylize` paints.",
  noMore: "There are no older ones.",
  line: (job: Job): string =>
    `${nameOf(job)}\n-# ${VARIANT_LABEL[job.variant ?? "image-prompt"]}${job.request.hd ? ", HD" : ""} · seed ${job.request.seed} · ${relativeTime(job.createdAt)}`,
  gone: "The picture itself is no longer kept.",
  again: "Again",
  older: "Older",
  newest: "Newest",
} as const;
