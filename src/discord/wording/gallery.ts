/** Everything the bot says about looking through styles and through one's own pictures. */
import type { GalleryStyle } from "../../jobs/gallery.ts";
import type { Job } from "../../jobs/job.ts";
import { say, sentences } from "../../words/say.ts";
import { variantLabel } from "./labels.ts";
import { clip, escapeText, relativeTime } from "./markdown.ts";
import { pairOf } from "./pair-names.ts";

/** Alt texts have this limit in Discord. */
const ALT_LENGTH = 1024;
/** As much as a button shows on a phone when three stand in a row. */
const LABEL_LENGTH = 24;
/** Titles of forms have this limit in Discord. */
const TITLE_LENGTH = 45;

const list = (names: readonly string[]): string => names.map((name) => `**${escapeText(clip(name, 40))}**`).join(" · ");

export const stylesWords = Object.assign(
  sentences({
    surprise: "gallery.button.surprise",
    previous: "gallery.button.previous",
    next: "gallery.button.next",
  }),
  {
    /** @param names of the pictures below, in their order */
    page: (names: readonly string[], page: number, pages: number, saved: number): string =>
      [
        say("gallery.title"),
        list(names),
        say(saved === 0 ? "gallery.page.none-saved" : "gallery.page", { page, pages, saved }),
      ].join("\n"),
    galleryAlt: ({ name, words }: GalleryStyle): string => stylesWords.libraryAlt(name, words),
    libraryAlt: (name: string, words: string | null): string =>
      clip(words === null ? say("gallery.alt", { name }) : say("gallery.alt.words", { name, words }), ALT_LENGTH),
    paint: (name: string): string => clip(name, LABEL_LENGTH),
  },
);

export const paintWithWords = Object.assign(
  sentences({
    surpriseTitle: "gallery.form.surprise",
    content: "gallery.form.content",
    contentHint: "gallery.form.content-hint",
    prompt: "gallery.form.prompt",
    noContent: "gallery.form.no-content",
  }),
  { title: (name: string): string => clip(say("gallery.form.title", { name }), TITLE_LENGTH) },
);

export const historyWords = Object.assign(
  sentences({
    noMore: "history.none.older",
    gone: "history.gone",
    again: "history.button.again",
    older: "history.button.older",
    newest: "history.button.newest",
  }),
  {
    title: (inServer: boolean): string => say(inServer ? "history.title" : "history.title.outside"),
    none: (inServer: boolean): string => say(inServer ? "history.none" : "history.none.outside"),
    line: ({ request, variant, createdAt }: Job): string =>
      say(request.hd ? "history.line.hd" : "history.line", {
        ...pairOf(request),
        way: variantLabel(variant ?? "image-prompt"),
        seed: String(request.seed),
        when: relativeTime(createdAt),
      }),
  },
);
