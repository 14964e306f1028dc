/** What people are told about pictures that are not taken, each with the way out. */
import { messageOf, UserError } from "../errors.ts";
import type { FileKind, PictureFormat } from "./format.ts";

/** Which of the two pictures it is. */
export type PictureRole = "content" | "style";

type RefusedKind = Exclude<FileKind, PictureFormat>;

const KIND_REFUSALS: Readonly<Record<RefusedKind, string>> = {
  heic: "is a HEIC photo, which I cannot read. Please export it as JPEG or PNG and send that.",
  svg: "is an SVG drawing. Please export it as PNG and send that.",
  pdf: "is a PDF document. Please export the page as JPEG or PNG and send that.",
  html: "is a web page, not a picture. Please save the picture itself and send that file.",
  video: "is a video. Please send one frame of it as JPEG or PNG.",
  "other-picture": "is in a picture format I cannot read. Please export it as JPEG or PNG and send that.",
  unknown: "is not a picture. Please send a JPEG, PNG, WebP or GIF file.",
};

/** The words for every way in which a picture can be refused. Identifiers are `picture-…`. */
export const refusal = {
  kind: (role: PictureRole, kind: RefusedKind) =>
    refuse(kind === "unknown" ? "not-an-image" : kind, role, KIND_REFUSALS[kind]),

  missing: (role: PictureRole, path: string, cause: unknown) =>
    refuse("missing", role, `was not found: there is no file ${path}.`, cause),

  unreadable: (role: PictureRole, cause: unknown) =>
    refuse("unreadable", role, `could not be read: ${messageOf(cause)}.`, cause),

  empty: (role: PictureRole) => refuse("empty", role, "is an empty file. Please send it again."),

  tooHeavy: (role: PictureRole, bytes: number, most: number) =>
    refuse("too-heavy", role, `is too large: ${megabytes(bytes)} MB. I take up to ${megabytes(most)} MB.`),

  tooManyPixels: (role: PictureRole, width: number, height: number, most: number) =>
    refuse(
      "too-many-pixels",
      role,
      `is too large: ${width} × ${height} pixels. I take up to ${Math.floor(most / 100_000) / 10} megapixels.`,
    ),

  tooLong: (role: PictureRole, width: number, height: number, maxAspect: number) =>
    refuse(
      "too-long",
      role,
      `is too long and narrow: ${width} × ${height} pixels. Please crop it until one side is at most ${maxAspect} times the other.`,
    ),

  tooSmall: (role: PictureRole, width: number, height: number, minSide: number) =>
    refuse(
      "too-small",
      role,
      `is too small: ${width} × ${height} pixels. It takes at least ${minSide} pixels each way.`,
    ),

  invisible: (role: PictureRole) =>
    refuse("invisible", role, "is transparent all over, so that there is nothing to paint. Please send another one."),

  damaged: (role: PictureRole, cause: unknown) =>
    refuse("damaged", role, "is damaged or incomplete. Please open it, save it again and send that.", cause),

  /** @param what it is: "a TIFF compressed with LZMA" */
  peculiar: (role: PictureRole, what: string, cause: unknown) =>
    refuse("peculiar", role, `is ${what}, which I cannot read. Please export it as JPEG or PNG and send that.`, cause),

  tooSlow: (role: PictureRole, cause?: unknown) =>
    refuse("too-slow", role, "takes too long to open. Please send a smaller one.", cause),

  tooMuchMemory: (role: PictureRole) =>
    refuse("too-much-memory", role, "takes more memory to open than I may use. Please send a smaller one."),

  broke: (role: PictureRole, cause: unknown) =>
    refuse("broke", role, "cannot be opened. Please open it, save it again as JPEG or PNG and send that.", cause),
} as const;

const refuse = (identifier: string, role: PictureRole, words: string, cause?: unknown): UserError =>
  new UserError(`picture-${identifier}`, `The ${role} picture ${words}`, cause === undefined ? undefined : { cause });

const megabytes = (bytes: number): string => {
  const value = bytes / 1024 / 1024;
  return value >= 10 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
};
