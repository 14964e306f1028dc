/** A style in a server's library: a name for a picture, its description and, once learned, its token. */
import { UserError } from "../errors.ts";
import type { PictureRef } from "./job.ts";

export interface Style {
  readonly id: string;
  readonly guildId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly picture: PictureRef;
  /** The owner's words; `null`: the describer's. */
  readonly description: string | null;
  /** Sha256 of the token's file in the picture store (safetensors, `.token`). */
  readonly tokenSha256: string | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** What the queue asks for when it paints: the token for a style picture in a server. */
export interface TokenRepository {
  /** Sha256 of the token's file; `null` when none was learned. */
  tokenFor(guildId: string, styleSha256: string): Promise<string | null>;
}

export interface StyleRepository extends TokenRepository {
  /** @returns `false` when the server has a style of that name */
  insert(style: Style): Promise<boolean>;
  find(guildId: string, name: string): Promise<Style | null>;
  /** Styles whose name begins with `text`, then those that hold it, by name. */
  search(guildId: string, text: string, limit: number): Promise<readonly Style[]>;
  list(guildId: string, offset: number, limit: number): Promise<readonly Style[]>;
  /** Those that are there, in the order of their ids. */
  get(ids: readonly string[]): Promise<readonly Style[]>;
  count(guildId: string): Promise<number>;
  /** @returns `false` when the server has another style of that name, or this one no more */
  rename(id: string, name: string): Promise<boolean>;
  /** Also takes away what was seen in its picture, unless another style has it. @returns `false` when it is gone */
  remove(id: string): Promise<boolean>;
  /** Whether some style, of any server, has the token. */
  usesToken(tokenSha256: string): Promise<boolean>;
  /** @returns `false` when the style is gone */
  setToken(id: string, tokenSha256: string): Promise<boolean>;
}

/** Extension of tokens in the picture store. */
export const TOKEN_EXTENSION = "token";

/** Longest name, in characters: what an autocomplete choice holds. */
export const STYLE_NAME_LENGTH = 80;

/** Styles one server may keep. */
export const MOST_STYLES = 10_000;

/**
 * A name as it is kept: one line, no control or invisible characters, composed letters.
 *
 * @throws UserError `style-name` when nothing is left, or too much
 */
export function styleName(text: string): string {
  const name = text
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/\s+/gu, " ")
    .trim();
  const { length } = name;
  if (length > 0 && length <= STYLE_NAME_LENGTH && /[\p{L}\p{N}\p{S}\p{P}]/u.test(name)) return name;
  throw new UserError("style-name", { sentence: "error.style-name", values: { most: STYLE_NAME_LENGTH } });
}

/** Names that differ in nothing that people see as different are one. */
export const foldedName = (name: string): string => name.normalize("NFKC").toUpperCase().toLowerCase();

/** Nobody can learn here. */
export const learningNeedsDiffusion = (): UserError =>
  new UserError("learning-needs-diffusion", { sentence: "error.learning-needs-diffusion" });
