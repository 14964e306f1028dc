/**
 * What the bot says in answer to commands and buttons, apart from the jobs themselves.
 *
 * Face of this room, in which all words stand that members read, each file for those who say them; `markdown.ts` makes
 * names and words of others safe to show.
 */
import type { EngineInfo } from "../../jobs/engine.ts";
import type { Job, PictureRef } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { Speed } from "../../painting.ts";
import type { VariantChoice } from "../../variant.ts";
import { clip, escapeText, plainName, relativeTime, size } from "./markdown.ts";
import { descriptionLines, type Origin } from "./descriptions.ts";

const list = new Intl.ListFormat("en", { type: "conjunction" });

export const missingPermissions = (names: readonly string[]): string =>
  `I cannot work in this channel yet: I need the permission${names.length > 1 ? "s" : ""} ${list.format(names.map((name) => `**${name}**`))}. Somebody who manages the server can allow that in the channel's settings.`;

export const noFilesHere =
  "Pictures may not be posted here, neither by you nor by me. Please use me in another channel, or write to me directly.";

const MEBIBYTE = 1024 * 1024;
const megabytes = (bytes: number): string =>
  bytes < 10 * MEBIBYTE ? String(Number((bytes / MEBIBYTE).toPrecision(2))) : (bytes / MEBIBYTE).toFixed(0);

export const download = {
  tooLarge: (what: string, bytes: number, most: number): string =>
    `The ${what} is too large: ${megabytes(bytes)} MB. I take up to ${megabytes(most)} MB.`,
  slow: (what: string, seconds: number): string =>
    `The ${what} did not arrive within ${seconds} seconds. Please try again, or send a smaller one.`,
  gone: (what: string): string => `Discord does not have the ${what} any more. Please upload it again.`,
  unreachable: (what: string): string => `I could not fetch the ${what} from Discord. Please try again in a moment.`,
  foreign: (what: string): string => `The ${what} is not on Discord. Please upload the file itself.`,
} as const;

export const intakeWords = {
  tooMany: (most: number): string =>
    `I am still looking at ${most} files of yours, as many as one person may send at once. Please wait a moment, then try again.`,
} as const;

export const promptTooLong = (length: number, most: number): string =>
  `Your prompt has ${length.toLocaleString("en")} characters; ${most.toLocaleString("en")} fit. Please shorten it a little.`;

export const router = {
  unknown: "That belongs to an earlier version of me. Please start afresh with `/stylize`.",
  serversOnly: "That works in servers that I am a member of: please use it in a channel there.",
} as const;

export const replyLost = "Discord lost track of that command. Please try again.";

export const jobGone =
  "I no longer know the picture this belongs to: it was deleted, or kept as long as I keep pictures here. Please send it again with `/stylize`.";

export const pictureGone = "I do not have that picture any more. Please upload it again with `/stylize`.";

export const alreadyUnderWay = (link: string | null): string =>
  link === null ? "That one is under way already." : `That one is under way already: [have a look](${link}).`;

export const cancelWords = {
  notYours: (userId: string): string => `Only <@${userId}> or a moderator can stop this one.`,
  tooLate: "Too late to stop it: this one is finished already.",
} as const;

export const VARIANT_NAME: Readonly<Record<VariantChoice, string>> = {
  auto: "Auto: whatever suits the picture",
  "image-prompt": "With the style image and its description",
  prompt: "By the description alone",
  inst: "By the style image alone",
};

export const SPEED_NAME: Readonly<Record<Speed, string>> = {
  draft: "Draft: a first look in a few steps, to be finished later",
  normal: "Normal",
  fine: "Fine: twice the steps, twice the time",
};

export const stylizeWords = {
  noContent: "I need a picture to repaint. Please attach one as `content`.",
  noStyle: "I need a style: a picture with `/stylize`, or the name of one with `/paint`.",
} as const;

export const againWords = {
  again: "Try again",
  content: "Another picture (optional)",
  style: "Another style picture (optional)",
  asSent: (name: string): string => clip(`Leave it empty for the one you sent: ${plainName(name)}`, 100),
  asItWas: "Leave it empty for the one that you chose",
  with: "Style",
  prompt: "Words of your own (optional)",
  speed: "How much work goes into it",
  lora: "Add-on styles (optional)",
  paths: "Style paths to compare (optional)",
  gone: "I do not have what you sent any more: it was long ago, or I was restarted. Please send it once more.",
} as const;

export const pairModalWords = {
  title: { style: "Stylize this picture", content: "Use as style" },
  label: { style: "Style", content: "Picture" },
  hint: { style: "The picture whose style it should take", content: "The picture to repaint in that style" },
  missing: {
    style: "I need a style picture too. Please attach one.",
    content: "I need a picture to repaint. Please attach one.",
  },
  variant: "How",
  prompt: "Words of your own (optional)",
  noPicture:
    "There is no picture in that message. Try one that shows a picture, a sticker or a custom emoji, or use `/stylize`.",
  lottie:
    "That sticker is a drawing that moves by program (Lottie), which I cannot read. Please send a screenshot of it, or try another sticker.",
  tooOld: "I was restarted, or that window was open for too long. Please open it again from the menu.",
} as const;

export const editPromptWords = {
  title: "Edit prompt",
  label: "Describe the style",
  hint: "Colours, strokes, mood: this is what I will paint by",
  placeholder: "Swirling brush strokes in deep blue and gold, bold outlines, a restless night mood",
  empty: "A few words, please: what should the style be like?",
} as const;

export const tweakWords = {
  title: "Tweak",
  look: "How far, and in whose colours",
  strength: (strength: number): string => `${strength.toFixed(2)}, in the style's colours`,
  kept: (strength: number): string => `${strength.toFixed(2)}, in the picture's own colours`,
  seed: "Seed",
  seedHint: "The same seed paints the same picture; leave it empty for a new one",
  words: "Words of your own (optional)",
  style: "Another style (optional)",
  stylePlaceholder: "The style as it is",
  upload: "A new style picture (optional)",
  wrongSeed: (most: number): string =>
    `A seed is a whole number from 0 to ${most.toLocaleString("en")}. Leave it empty, and I take a new one.`,
  twoStyles: "Choose a style or send a picture, not both: I can only paint in one of them here.",
  again: "Fill it in again",
} as const;

export const hdWords = {
  draft: "This is a first draft. Press *Finish it* first, and then *HD* on what comes of it.",
  unfinished: "That picture is not finished yet. Press *HD* again when it is.",
  largest: ({ width, height }: PictureRef): string =>
    `This picture is ${size(width, height)} already, as large as I can paint it here.`,
} as const;

export const queueWords = {
  line(n: number, job: Job, place: QueuePlace | null): string {
    const { request, state } = job;
    const what = `${escapeText(plainName(request.content.name))} in the style of ${escapeText(plainName(request.style.name))}`;
    const doing = state === "queued" ? "⏳" : state === "captioning" ? "👀" : "🖌️";
    const when = place?.endsAt == null ? "" : `, ready ${relativeTime(place.endsAt)}`;
    return `${n}. ${doing} ${what}, for <@${request.userId}>${when}`;
  },
  failed: ({ request, failure, settledAt }: Job): string =>
    `⚠️ ${escapeText(plainName(request.content.name))} in the style of ${escapeText(plainName(request.style.name))}, ${relativeTime(settledAt ?? 0)}: ${escapeText(failure ?? "it did not work out.")}`,
  all(lines: readonly string[], more: number, elsewhere: number, failures: readonly string[]): string {
    const waiting = queueWords.waiting(lines, more, elsewhere);
    return failures.length === 0 ? waiting : `${waiting}\n### Yours that failed lately\n${failures.join("\n")}`;
  },
  waiting(lines: readonly string[], more: number, elsewhere: number): string {
    const other = elsewhere === 0 ? "" : `\n-# ${elsewhere} more from other servers are in the same queue.`;
    if (lines.length === 0) return `The easel is free: \`/stylize\` starts right away.${other}`;
    const rest = more === 0 ? "" : `\n-# … and ${more} more`;
    return `### In the queue\n${lines.join("\n")}${rest}${other}`;
  },
} as const;

export const described = {
  looking: "👀 Looking closely…",
  whole: (name: string, text: string, origin: Origin): string =>
    `### ✍️ The style of ${escapeText(plainName(name))}, in words\n${descriptionLines(text, origin)}`,
  alt: (name: string): string => `Style picture: ${plainName(name)}`,
} as const;

export function aboutText(info: EngineInfo | null): string {
  const painter =
    info === null
      ? "My engine is still starting."
      : `Right now I paint with the **${info.stylizer}** engine on ${escapeText(info.device)}, and **${escapeText(info.describerLabel)}** describes the styles.`;
  return [
    "### 🎨 Atelier",
    "I repaint a picture in the style of another. Give me both with `/stylize`, name a style with `/paint` (`/styles` shows them), or choose *Apps > Stylize this picture* in the menu of any message with a picture.",
    "I put the style into words, paint, and show you how it comes along. The buttons under the result repaint the same pair another way:",
    "- **With style image**: by the style picture and its description",
    "- **Description only**: by the words alone, kind to faces",
    "- *More…* > **Style image only**: by the style picture alone; **HD**: the same picture, larger and finer",
    "Give 🥇 🥈 🥉 to the results of one pair: medals are votes, `/scores show` counts them, and *Auto* learns from them. `/compare` paints a pair in all three ways, for people to judge blind.",
    "`/style save` keeps a style under a name, for everybody in this server to paint with.",
    painter,
    "-# I keep the pictures you give me and those I paint for a while, so that the buttons work later: `/privacy` says more, and has me forget you. I do not read messages.",
  ].join("\n");
}
