/** What people are told about pictures that are not taken, each with the way out. */
import { messageOf, UserError } from "../errors.ts";
import type { Saying, Sentence, Values } from "../words/say.ts";
import type { FileKind, PictureFormat } from "./format.ts";

/** Which of the two pictures it is. */
export type PictureRole = "content" | "style";

type RefusedKind = Exclude<FileKind, PictureFormat>;

/** Names of the refusals that there are words for. */
type Refusal<Name extends Sentence = Sentence> = Name extends `error.picture-${infer Rest}` ? Rest : never;

/** The words for every way in which a picture can be refused. Identifiers are `picture-…`. */
export const refusal = {
  kind: (role: PictureRole, kind: RefusedKind) => refuse(kind === "unknown" ? "not-an-image" : kind, role),

  /** Members give no paths: this and the next are read on terminals. */
  missing: (role: PictureRole, path: string, cause: unknown) =>
    new UserError("picture-missing", `The ${role} picture was not found: there is no file ${path}.`, { cause }),

  unreadable: (role: PictureRole, cause: unknown) =>
    new UserError("picture-unreadable", `The ${role} picture could not be read: ${messageOf(cause)}.`, { cause }),

  empty: (role: PictureRole) => refuse("empty", role),

  tooHeavy: (role: PictureRole, bytes: number, most: number) =>
    refuse("too-heavy", role, { megabytes: megabytes(bytes), most: megabytes(most) }),

  tooManyPixels: (role: PictureRole, width: number, height: number, most: number) =>
    refuse("too-many-pixels", role, { width, height, megapixels: Math.floor(most / 100_000) / 10 }),

  tooLong: (role: PictureRole, width: number, height: number, maxAspect: number) =>
    refuse("too-long", role, { width, height, most: maxAspect }),

  tooSmall: (role: PictureRole, width: number, height: number, minSide: number) =>
    refuse("too-small", role, { width, height, least: minSide }),

  invisible: (role: PictureRole) => refuse("invisible", role),

  damaged: (role: PictureRole, cause: unknown) => refuse("damaged", role, {}, cause),

  /** @param what it is: "a TIFF compressed with LZMA" */
  peculiar: (role: PictureRole, what: Saying, cause: unknown) => refuse("peculiar", role, { what }, cause),

  tooSlow: (role: PictureRole, cause?: unknown) => refuse("too-slow", role, {}, cause),

  tooMuchMemory: (role: PictureRole) => refuse("too-much-memory", role),

  broke: (role: PictureRole, cause: unknown) => refuse("broke", role, {}, cause),
} as const;

const refuse = (name: Refusal, role: PictureRole, values: Values = {}, cause?: unknown): UserError =>
  new UserError(
    `picture-${name}`,
    { sentence: `error.picture-${name}`, values: { role, ...values } },
    cause === undefined ? undefined : { cause },
  );

/** As many as people can make something of. */
const megabytes = (bytes: number): number => {
  const value = bytes / 1024 / 1024;
  return value >= 10 ? Math.round(value) : Number(value.toPrecision(2));
};
