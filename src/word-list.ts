/** Words that an owner wants neither in prompts nor in descriptions. */
import { readFile } from "node:fs/promises";

import { messageOf, UserError } from "./errors.ts";

/** Sentences and lines, each with the blanks that follow it. */
const SENTENCE = /[^\n]*?(?:[.!?…]+["'”’)]*\s+|\n+|$)/gy;

export class WordList {
  /** As the owner wrote them. */
  readonly #words: readonly string[];
  /** Of each word, whole. */
  readonly #patterns: readonly RegExp[];

  /** @param words of one word or several; case and accents do not count */
  constructor(words: readonly string[] = []) {
    this.#words = words;
    this.#patterns = words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${patternOf(word)}(?![\\p{L}\\p{N}])`, "u"));
  }

  /** The first of the words that a text has, as the list has it; `null` for none. */
  find(text: string): string | null {
    const folded = fold(text);
    const at = this.#patterns.findIndex((pattern) => pattern.test(folded));
    return this.#words[at] ?? null;
  }

  /** The text without the sentences that have such a word. */
  without(text: string): string {
    if (this.find(text) === null) return text;
    const sentences = text.match(SENTENCE) ?? [];
    return sentences
      .filter((sentence) => this.find(sentence) === null)
      .join("")
      .trim();
  }
}

/**
 * Reads a list with one word on each line.
 *
 * @param file absent: no words
 * @throws UserError `word-list` when it cannot be read
 */
export async function readWordList(file: string | undefined): Promise<WordList> {
  if (file === undefined) return new WordList();
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError("word-list", `WORD_LIST cannot be read: ${messageOf(error)}`, { cause: error });
  });
  const lines = text.split("\n").map((line) => line.replace(/^\uFEFF/, "").trim());
  return new WordList(lines.filter((line) => line !== ""));
}

const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const patternOf = (word: string): string =>
  fold(word)
    .split(/\s+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
    .join("\\s+");
