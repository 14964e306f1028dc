/** Faults of people and of machines, and what of them people may be told. */
import { inEnglish, type Saying, tell } from "./words/say.ts";

/**
 * A fault in what a person gave or asked for, phrased for that person. Shown as it is, never as a stack.
 * `identifier` is stable, for tests and logs.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly identifier: string;
  /** Of files that were given, by what they were given as, those in whose place another has to be given. */
  readonly useless: readonly string[];
  readonly #saying: Saying | null;

  /**
   * @param words in the language of the person, where it is known who that is; else a sentence, of which `message` is the
   * English
   */
  constructor(
    identifier: string,
    words: string | Saying,
    { useless = [], ...options }: ErrorOptions & { readonly useless?: readonly string[] } = {},
  ) {
    super(typeof words === "string" ? words : inEnglish(words), options);
    this.identifier = identifier;
    this.useless = useless;
    this.#saying = typeof words === "string" ? null : words;
  }

  /** What to say about it: a sentence, or what has been said already. */
  get saying(): string | Saying {
    return this.#saying ?? this.message;
  }

  /** In the language that is spoken just now, as far as it is known in others than English. */
  get words(): string {
    return this.#saying ? tell(this.#saying) : this.message;
  }
}

/** A fault of the engine. `retryable`: the same job may well succeed when it is run again. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly retryable: boolean;
  constructor(message: string, options: ErrorOptions & { retryable: boolean }) {
    super(message, options);
    this.retryable = options.retryable;
  }
}

/** The work was stopped because somebody asked for it, or the process is going down. Not a fault. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
  constructor(message = "cancelled") {
    super(message);
  }
}

/** Folders before a file's name, of any system, at the start of a word. */
const FOLDERS = /(?<![\w.:/\\])(?:file:\/\/)?(?:[A-Za-z]:)?[/\\](?:[^\s/\\'"`:;,()]+[/\\])*(?=[^\s/\\'"`:;,()])/g;

/**
 * What anything thrown says, as it may be shown to everybody: files go by their names, not by where they lie. What is for
 * people is said in the language that is spoken.
 */
export const publicMessageOf = (error: unknown): string =>
  (error instanceof UserError ? error.words : messageOf(error)).replaceAll(FOLDERS, "");

/** The message of anything thrown, for logs and for wrapping with `cause`. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a file or a person wrote, as an error may quote it: on one line, and cut. */
export function excerpt(text: string, longest = 80): string {
  const line = text.slice(0, longest).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, " ");
  return text.length > longest ? `${line}…` : line;
}

const DISK_FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG", "SQLITE_FULL"]);

/** What a full disk may keep from being saved. */
export type Unsaved = "picture" | "preview" | "learned" | "rounded";

/** A `UserError` (`disk-full`) for a write that failed for want of room; `null` for any other fault. */
export function asDiskFull(cause: unknown, what: Unsaved = "picture"): UserError | null {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (!DISK_FULL.has(code)) return null;
  return new UserError("disk-full", { sentence: "error.disk-full", values: { what } }, { cause });
}

const BROKEN_LINE = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * What the system or undici says of a line that broke or never came about, after the words of whoever wrapped it; `null` for
 * any other fault.
 */
export function brokenLine(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = "code" in error ? String(error.code) : "";
  // Of several addresses that were tried, the first; what holds them has no words of its own.
  if (error instanceof AggregateError) return brokenLine(error.errors[0]);
  if (BROKEN_LINE.has(code) || code.startsWith("UND_ERR")) return error.message || code;
  const within = brokenLine(error.cause);
  if (within === null) return null;
  return error.message.includes(within) ? error.message : `${error.message}: ${within}`;
}
