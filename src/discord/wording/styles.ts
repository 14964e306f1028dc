/** Everything the bot says about the library of styles and about learning. */
import type { GalleryStyle } from "../../jobs/gallery.ts";
import type { Kin } from "../../jobs/style-likeness.ts";
import type { Style } from "../../jobs/style.ts";
import type { End, Kept } from "../../store/learning-repository.ts";
import type { StylePath } from "../../painting.ts";
import { bar, clip, escapeText, quote, relativeTime } from "./markdown.ts";

const DESCRIPTION_LENGTH = 1500;

const named = (name: string): string => `**${escapeText(name)}**`;

/** What is left to look at, if anything is. */
const notSeen = (unseen: number): string =>
  unseen === 0 ? "" : ` ${unseen.toLocaleString("en")} ${unseen === 1 ? "style is" : "styles are"} not compared yet.`;

/** A line on styles that are like one; none where there are no others. */
function kinLines({ similar, count, others, unseen }: Kin): readonly string[] {
  if (others === 0) return [];
  if (similar === null) return ["-# I have not compared it with the others yet."];
  if (similar.length === 0) return [`-# No other style here is much like it.${notSeen(unseen)}`];
  const names = new Intl.ListFormat("en").format(similar.map(({ name }) => named(name)));
  const more = count > similar.length ? " All that are: `/style list similar_to:`." : "";
  return [`-# Similar: ${names}.${more}${notSeen(unseen)}`];
}

export const styleWords = {
  unknown: (name: string): string =>
    `This server has no style called ${named(clip(name, 80))}. \`/style list\` shows those it has; \`/style save\` adds one.`,
  taken: (name: string): string => `This server has a style called ${named(name)} already. Choose another name.`,
  takenByGallery: (name: string): string =>
    `${named(name)} is a style of the gallery, which every server has. Choose another name.`,
  ofGallery: (name: string): string =>
    `${named(name)} is a style of the gallery, which is the same in every server, so it stays as it is. Paint with it: \`/styles\`. What can be changed here are this server's own: \`/style list\`.`,
  inGallery: (name: string): string =>
    `${named(name)} is in the gallery, so every server has it already. Paint with it: \`/styles\`.`,
  aboutGallery: ({ name, words }: GalleryStyle): string =>
    `### 🎨 ${escapeText(name)}\n${quote(words)}\n-# A style of the gallery, which every server has. Paint with it: \`/styles\`.`,
  gone: "That style was removed meanwhile.",
  full: (most: number): string =>
    `This server has ${most.toLocaleString("en")} styles, as many as fit. Remove one first.`,
  notYours: (ownerId: string): string => `Only <@${ownerId}> or a moderator can change this style.`,
  saved: ({ name }: Style, canLearn: boolean): string =>
    `### 🎨 Saved: ${named(name)}\nPaint with it: \`/paint content: with:\`.${canLearn ? " Let me learn it for a closer likeness: `/style learn`." : ""}`,
  savedBefore: ({ name }: Style): string =>
    `This style is in the library already, as ${named(name)}. Paint with it: \`/paint content: with:\`.`,
  imported: ({ name }: Style, vectors: number): string =>
    `### 🎨 Imported: ${named(name)}\nWith its learned token (${vectors} ${vectors === 1 ? "vector" : "vectors"}). Paint with it: \`/paint content: with:\`.`,
  renamed: (from: string, to: string): string => `${named(from)} is now called ${named(to)}.`,
  removed: (name: string): string =>
    `${named(name)} is no longer in the library. Pictures that were asked for with it are painted all the same.`,
  about: (style: Style, description: string | null, kin: Kin): string =>
    [
      `### 🎨 ${escapeText(style.name)}`,
      ...(description === null ? [] : [quote(escapeText(clip(description, DESCRIPTION_LENGTH)))]),
      `-# ${style.tokenSha256 === null ? "Not learned yet: I paint it by its picture." : "Learned: I paint it by its token."} Saved by <@${style.ownerId}> ${relativeTime(style.createdAt)}.`,
      ...kinLines(kin),
    ].join("\n"),
  alt: ({ name }: Pick<Style, "name">): string => clip(`Style: ${name}`, 1000),
  none: "No styles yet. Save one with `/style save`: a picture and a name.",
  noPage: (pages: number): string => `There ${pages === 1 ? "is 1 page" : `are ${pages} pages`} only.`,
  list: (count: number, page: number, pages: number): string =>
    `### 🎨 Styles of this server\n-# ${count.toLocaleString("en")} in all${pages === 1 ? "" : `, page ${page} of ${pages}`}`,
  similar: (name: string, shown: number, count: number, unseen: number): string =>
    `### 🎨 Styles like ${named(name)}\n-# ${shown < count ? `The ${shown} closest of ${count.toLocaleString("en")}` : shown}, the closest first.${notSeen(unseen)}`,
  noneSimilar: (name: string, unseen: number): string =>
    `No other style of this server or of the gallery is much like ${named(name)}.${notSeen(unseen)}`,
  alone: (name: string): string => `${named(name)} is the only style of this server. \`/style save\` adds others.`,
  notSeenItself: (name: string): string =>
    `I have not compared ${named(name)} with the others yet. I do that in the background: ask again in a moment.`,
  listAlt: (names: readonly string[]): string => clip(`Styles: ${names.join(", ")}`, 1000),
  notLearned: (name: string): string =>
    `${named(name)} has no token to export yet. Let me learn it first: \`/style learn\`.`,
  exported: (name: string): string =>
    `### 📦 ${named(name)}, as a file\nFor \`/style import\` in another server, for \`atelier stylize --token\`, and for programs that read textual inversions.`,
  tokenGone: "The file of that token is missing on my disk. Learn the style again.",
  needsPicture: (name: string): string =>
    `This server has no style called ${named(name)} yet, so I need its picture too: \`image\`.`,
  otherPicture: (name: string): string =>
    `${named(name)} has another picture already. Leave \`image\` out to learn it, or choose another name.`,
} as const;

/** What autocomplete calls a style, at most 100 characters. */
export const namedStyleChoice = {
  learned: (name: string): string => `${name} (learned)`,
  gallery: (name: string): string => `${name} (gallery)`,
  recent: (name: string): string => `${clip(name, 80)} (you used it lately)`,
} as const;

export const styleButton = { save: "Save this style" } as const;

export const STYLE_PATH_NAME: Readonly<Record<StylePath, string>> = {
  auto: "Auto: the learned token, else shared attention",
  token: "Learned token (after /style learn)",
  attention: "Shared attention: slow, close to the picture",
  adain: "Colours alone: quick",
  adapter: "As a prompt, by an image adapter: nothing to learn",
  "adapter-token": "Image adapter and learned token",
  "adapter-attention": "Image adapter and shared attention: slow",
  styleshot: "StyleShot, which looks for style alone: nothing to learn",
};

export interface LearningStatus {
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  readonly firstLoss: number | null;
  readonly endsAt: number | null;
  /** Side of the square that the picture is seen in, pixels; `null` while it is not known. */
  readonly size: number | null;
}

const seenIn = (size: number): string =>
  size === 256
    ? `I look at the picture in ${size} × ${size} pixels: on a processor, 512 take four times as long.`
    : `I look at the picture in ${size} × ${size} pixels.`;

export const learning = {
  title: (name: string, userId: string): string => `### 🎓 Learning ${named(name)}\n-# for <@${userId}>`,
  threadName: (name: string): string => clip(`Learning ${name.replaceAll(/[\p{Cc}]/gu, "")}`, 100),
  waiting: "⏳ In line. I learn in the background: pictures that people ask for come first.",
  working: "📖 I look at the picture again and again. Pictures that people ask for come first.",
  /** The last word. */
  end: (name: string, how: End, kept: Kept): string => {
    if (kept === "gone") return "🛑 The style was removed meanwhile, so what I learned is not kept.";
    if (how === "done" && kept === "kept")
      return `✅ Learned. From now on ${named(name)} is painted by what I learned.`;
    if (how === "done" && kept === "nothing")
      return `🤷 I found nothing better than what I started from. ${named(name)} is painted by its picture, as before.`;
    const fate = {
      kept: ` What I had learned by then is kept: ${named(name)} is painted by it.`,
      nothing: " Nothing was learned by then.",
      lost: " What I had learned by then is lost: it could not be written to my disk.",
    }[kept];
    return `${typeof how === "string" ? "🛑 Stopped." : `⚠️ ${how.failure}${/[.!?]$/.test(how.failure) ? "" : "."}`}${fate}`;
  },
  progress: ({ step, steps, loss, firstLoss, endsAt, size }: LearningStatus): string =>
    [
      `📖 **Learning**\n${bar(step / steps)}  step ${step.toLocaleString("en")} of at most ${steps.toLocaleString("en")}${endsAt === null ? "" : `, done ${relativeTime(endsAt)} at the latest`}`,
      ...(loss === null || firstLoss === null
        ? []
        : [`-# Loss ${loss.toFixed(4)}, ${firstLoss.toFixed(4)} at first. I stop when it falls no more.`]),
      ...(size === null ? [] : [`-# ${seenIn(size)}`]),
    ].join("\n"),
  result: (steps: number, firstLoss: number, loss: number, size: number): string =>
    `-# ${steps.toLocaleString("en")} steps at ${size} px, loss ${firstLoss.toFixed(4)} → ${loss.toFixed(4)}`,
  sample: (step: number): string =>
    `🖼️ What I remember after ${step.toLocaleString("en")} steps, painted from nothing but noise:`,
  sampleAlt: (step: number): string => `A picture painted from noise by what was learned in ${step} steps`,
  curveTitle: "How far off I am",
  curveSubtitle: "error in guessing noise out of the picture; lower is better",
  curveSteps: "steps",
  curveBest: (loss: number): string => `best: ${loss.toFixed(4)}`,
  curveAlt: (points: readonly (readonly [step: number, loss: number])[]): string =>
    `A curve of the loss: ${points[0]![1].toFixed(4)} at first, ${points.at(-1)![1].toFixed(4)} after ${points.at(-1)![0]} steps`,
  notYours: (userId: string): string => `Only <@${userId}> or a moderator can stop this one.`,
  tooLate: "Too late to stop it: this one is over already.",
  already: (name: string): string => `${named(name)} is being learned already.`,
} as const;
