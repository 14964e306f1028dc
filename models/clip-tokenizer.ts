/**
 * CLIP's tokenizer: byte pair encoding of lower-cased words (Sennrich et al. 2016; `CLIPTokenizer` in transformers).
 * Read from `vocab.json` and `merges.txt`, which every Stable Diffusion 1 checkpoint has; few have `tokenizer.json`.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { messageOf } from "../src/errors.ts";
import { readJson } from "../src/onnx/files/read-json.ts";
import { checkpointError } from "../src/onnx/files/tensor-source.ts";
import { mendTypedText } from "./typed-text.ts";

const START = "<|startoftext|>";
const END = "<|endoftext|>";
/** Marks the last piece of a word. */
const WORD_END = "</w>";
const WORD = /<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;
/**
 * The tokenizer of Stable Diffusion looks for the end mark in the text as it was typed, and for the start mark once its
 * letters are small: `<|STARTOFTEXT|>` is a mark, `<|ENDOFTEXT|>` is three words.
 */
const [START_MARK, END_MARK] = [/(<\|startoftext\|>)/, /(<\|endoftext\|>)/];

export class ClipTokenizer {
  readonly start: number;
  readonly end: number;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;

  /**
   * @param vocabulary id of each token
   * @param merges pairs of pieces, the most frequent first: `t h`
   */
  constructor(vocabulary: Readonly<Record<string, number>>, merges: readonly string[]) {
    this.#ids = new Map(Object.entries(vocabulary));
    this.#ranks = new Map(merges.map((pair, rank) => [pair, rank]));
    const id = (token: string): number => {
      const found = this.#ids.get(token);
      if (found === undefined) throw new RangeError(`the vocabulary has no ${token}`);
      return found;
    };
    this.start = id(START);
    this.end = id(END);
    for (const letter of BYTE_LETTERS) id(letter + WORD_END);
  }

  /** @throws EngineError naming the file that is missing or is not CLIP's */
  static async load(folder: string): Promise<ClipTokenizer> {
    const vocabulary = await readJson(path.join(folder, "vocab.json"), z.record(z.string(), z.number().int()));
    const mergesFile = path.join(folder, "merges.txt");
    const text = await readFile(mergesFile, "utf8").catch((error: unknown) => {
      throw checkpointError(mergesFile, `cannot be read: ${messageOf(error)}`, error);
    });
    const merges = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#version"));
    try {
      return new ClipTokenizer(vocabulary, merges);
    } catch (error) {
      throw checkpointError(folder, `is not CLIP's tokenizer: ${messageOf(error)}`, error);
    }
  }

  /** Token ids of a text as it stands, without the marks of start and end. Unknown letters are spelt in bytes. */
  encode(text: string): number[] {
    return text.split(END_MARK).flatMap((part) =>
      part === END
        ? [this.end]
        : normalize(part)
            .split(START_MARK)
            .flatMap((piece) => this.#encodePiece(piece)),
    );
  }

  /**
   * Rows of `length` ids, as the text encoder wants them: start, up to `length - 2` tokens, end, filled up with ends.
   * A long text makes several rows, an empty one makes one. What people typed is mended first (`mendTypedText`).
   */
  rows(text: string, length: number): number[][] {
    const ids = this.encode(mendTypedText(text));
    const room = length - 2;
    const count = Math.max(1, Math.ceil(ids.length / room));
    return Array.from({ length: count }, (_, i) => {
      const row = [this.start, ...ids.slice(i * room, (i + 1) * room)];
      return [...row, ...Array.from({ length: length - row.length }, () => this.end)];
    });
  }

  #encodePiece(piece: string): number[] {
    if (piece === START) return [this.start];
    const words = (piece.match(WORD) ?? []).flatMap((word) => (word === END ? ["<|", "endoftext", "|>"] : [word]));
    return words.flatMap((word) => this.#encodeWord(word));
  }

  #encodeWord(word: string): number[] {
    const letters = Array.from(Buffer.from(word, "utf8"), (byte) => BYTE_LETTERS[byte]!);
    letters[letters.length - 1] += WORD_END;
    // A vocabulary that lacks a merged piece marks it, as the reference does, with the end of text.
    return this.#merge(letters).map((piece) => this.#ids.get(piece) ?? this.end);
  }

  /** Joins neighbours, always the pair that was learned first. */
  #merge(letters: string[]): string[] {
    const pieces = [...letters];
    for (;;) {
      let best = -1;
      let bestRank = Infinity;
      for (let i = 0; i + 1 < pieces.length; i++) {
        const rank = this.#ranks.get(`${pieces[i]} ${pieces[i + 1]}`) ?? Infinity;
        if (rank < bestRank) [best, bestRank] = [i, rank];
      }
      if (best < 0) return pieces;
      pieces.splice(best, 2, pieces[best]! + pieces[best + 1]!);
    }
  }
}

/** Letter by letter, so that no letter is lower-cased by its neighbours (the final sigma). */
const normalize = (text: string): string =>
  Array.from(text.normalize("NFC").replace(/\p{White_Space}+/gu, " "), (letter) => letter.toLowerCase()).join("");

/** A printable letter for each byte: itself where it is printable, else one from 256 on. */
const BYTE_LETTERS: readonly string[] = (() => {
  let next = 256;
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
})();
