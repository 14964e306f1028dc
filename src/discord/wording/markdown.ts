/** Text that other people (or networks) wrote, made safe to stand in a message; sizes, times and how far something is. */
import { number, say } from "../../words/say.ts";

/** Length of a file name in messages; what is longer is cut in the middle, so that the ending stays readable. */
const NAME_LENGTH = 48;

/**
 * Escapes Discord's markdown, mentions and timestamps, so that the text reads as it was typed and does nothing. A
 * backslash before punctuation is swallowed by every Discord client.
 */
export const escapeText = (text: string): string =>
  text
    .replaceAll(/[\\*_~|`[\]<]/g, String.raw`\$&`)
    .replaceAll(/^(\s*)([#>+-]|\d+\.)(?=\s|#|>|$)/gm, (_all, space: string, mark: string) =>
      mark.length > 1 ? `${space}${mark.slice(0, -1)}\\.` : `${space}\\${mark}`,
    )
    .replaceAll(/@(?=everyone|here|[&!\d])/g, "@\u200B");

/** Cuts to `length` characters at a word where it can, and shows that it did. */
export function clip(text: string, length: number): string {
  const whole = text.trim();
  if (whole.length <= length) return whole;
  const cut = whole.slice(0, length - 1);
  const space = cut.lastIndexOf(" ");
  return `${(space > length * 0.6 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** A file name as people say it: no ending, no control characters, not too long. Not escaped. */
export function plainName(fileName: string): string {
  const visible = fileName.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").trim();
  const stem = visible.replace(/\.[A-Za-z0-9]{2,5}$/, "").trim() || visible || say("name.picture");
  if (stem.length <= NAME_LENGTH) return stem;
  const half = (NAME_LENGTH - 1) / 2;
  return `${stem.slice(0, Math.ceil(half))}…${stem.slice(-Math.floor(half))}`;
}

/** Quotes every line. */
export const quote = (text: string): string => text.replaceAll(/^/gm, "> ");

/** Of a picture, in pixels. */
export const size = (width: number, height: number): string => `${width} × ${height}`;

/** Seconds as people say them. */
export function duration(seconds: number): string {
  if (seconds < 90) return say("duration.seconds", { seconds: number(seconds, seconds < 10 ? 1 : 0) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return say("duration.minutes", { minutes });
  return say("duration.hours", { hours: number(seconds / 3600, 1) });
}

/** `<t:…:R>`: a moment that every reader's client words for them ("in 2 minutes") and keeps current by itself. */
export const relativeTime = (unixMs: number): string => `<t:${Math.round(unixMs / 1000)}:R>`;

/** Fixed-width progress bar; `fraction` 0 to 1. */
export function bar(fraction: number, width = 14): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "▰".repeat(filled) + "▱".repeat(width - filled);
}
