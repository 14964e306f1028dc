/** Reads an English style description into parameters: rule by rule over a vocabulary, every finding explained. */
import { colourOf } from "../../../images/colour-names.ts";
import { adjectiveOf, BARE_HEADS, DEGREES, goesWith, headOf, meaningWith, type Head } from "./adjectives.ts";
import { PaletteBuilder, readColour } from "./colour-words.ts";
import { Findings } from "./findings.ts";
import type { StyleParameters } from "./steering-parameters.ts";
import { tokenize, type Token } from "./tokens.ts";
import { entryOf, LONGEST_PHRASE, type Entry } from "./vocabulary.ts";

export type * from "./steering-parameters.ts";

/**
 * What a description says about style, in numbers. Takes any text, a captioner's or a person's, and never throws; what
 * it does not understand it passes over. Later words win; "no", "without", "instead of" negate to the end of their
 * clause; "very" and "slightly" push away from or towards neutral.
 */
export function parseStyle(text: string): StyleParameters {
  return new Reader(tokenize(text)).read();
}

const NEGATIONS = new Set([
  "no",
  "not",
  "without",
  "lack",
  "lacking",
  "never",
  "avoid",
  "avoiding",
  "absence",
  "neither",
  "nor",
  "don't",
  "isn't",
  "aren't",
  "doesn't",
  "minus",
  "free",
]);
/** A negation reaches no further than these. */
const TURNS = new Set(["but", "with", "and", "only", "instead", "rather", "while", "yet", "just", "though"]);
const COPULAS = new Set(["is", "are", "was", "were", "be", "look", "seem", "appear", "remain", "feel", "has"]);
const ACCENTS = new Set([
  "accent",
  "touch",
  "hint",
  "pop",
  "splash",
  "highlight",
  "fleck",
  "dash",
  "spot",
  "accented",
  "highlighted",
  "punctuated",
]);
const DOMINANT = new Set([
  "dominated",
  "dominant",
  "mostly",
  "mainly",
  "predominantly",
  "primarily",
  "dominate",
  "chiefly",
]);
/** Looking for an adjective's noun, and for an accent's colours, no further than this many words. */
const REACH = 6;

class Reader {
  readonly #tokens: readonly Token[];
  readonly #heads: readonly (Head | undefined)[];
  /** Nouns that an adjective has spoken of. */
  readonly #described = new Set<number>();
  readonly #findings = new Findings();
  readonly #palette = new PaletteBuilder();
  /** Where the last accent colour or the word that announces accents stands. */
  #accentAt = -Infinity;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#heads = tokens.map(({ word }) => headOf(word));
  }

  read(): StyleParameters {
    let at = 0;
    while (at < this.#tokens.length) at += this.#readAt(at);
    return this.#findings.build(this.#palette.build());
  }

  /** Reads what begins at a token and says how many tokens that was. */
  #readAt(at: number): number {
    const phrase = this.#phraseAt(at, LONGEST_PHRASE, 2);
    if (phrase) return phrase;
    const colour = this.#colourAt(at);
    if (colour) return colour;
    const single = this.#phraseAt(at, 1, 1);
    const { word } = this.#tokens[at]!;
    if (ACCENTS.has(word)) this.#announceAccents(at);
    this.#adjectiveAt(at);
    this.#bareHeadAt(at);
    return single || 1;
  }

  #phraseAt(at: number, longest: number, shortest: number): number {
    for (let length = longest; length >= shortest; length--) {
      const words = this.#tokens.slice(at, at + length);
      if (words.length < length || words.at(-1)!.clause !== words[0]!.clause) continue;
      const entry = entryOf(words.map(({ word }) => word).join(" "));
      if (!entry || (entry.needsLight === true && !this.#sentenceHas(at, "light"))) continue;
      this.#applyEntry(entry, at, length);
      return length;
    }
    return 0;
  }

  #applyEntry(entry: Entry, at: number, length: number): void {
    const words = this.#rawWords(at, length);
    const negated = this.#negatedAt(at);
    if (entry.sets) this.#findings.set(entry.sets, words, { negated, degree: this.#degreeAt(at) });
    if (entry.medium && !negated) this.#findings.setMedium(entry.medium, words, entry.weak === true);
    if (entry.light && !negated) this.#findings.setLight(entry.light, words);
    for (const name of entry.colours ?? []) {
      const colour = colourOf(name);
      if (colour && !negated) this.#palette.add(colour, false);
    }
  }

  #colourAt(at: number): number {
    const reading = readColour(this.#tokens, at);
    if (!reading) return 0;
    const { colour, length } = reading;
    const words = this.#rawWords(at, length);
    const after = at + length;
    if (this.#negatedAt(at)) {
      this.#palette.remove(colour);
      this.#findings.note({ words, negated: true, sets: {}, colour: colour.name });
      return length;
    }
    const head = this.#nextHead(after, 3);
    if (head !== undefined && (this.#heads[head] === "outline" || this.#heads[head] === "line")) {
      this.#findings.setOutlineColour(colour, words);
      this.#described.add(head);
      this.#findings.set({ outlines: 0.75 }, words, { negated: false, degree: 1 });
      return length;
    }
    if (this.#tokens[at - 1]?.word === "only" || this.#tokens[at - 2]?.word === "only") this.#palette.clear();
    const before = this.#tokens.slice(Math.max(0, at - 4), at).map(({ word }) => word);
    const accent = at - this.#accentAt <= 4 || this.#accentFollows(after);
    if (accent) this.#accentAt = after - 1;
    this.#palette.add(colour, accent, before.some((word) => DOMINANT.has(word)) ? 1.7 : 1);
    this.#findings.note({ words, negated: false, sets: {}, colour: colour.name });
    return length;
  }

  /** "accents of red and gold" begins a run of accents; "a touch rough" does not. */
  #announceAccents(at: number): void {
    const next = this.#tokens[at + 1]?.word;
    if (next === "of" || next === "in" || next === "with" || next === "by") this.#accentAt = at + 1;
  }

  /** "red and gold accents": nothing but colours up to the word. */
  #accentFollows(from: number): boolean {
    let at = from;
    while (this.#tokens[at] && this.#tokens[at]!.sentence === this.#tokens[from]!.sentence) {
      if (ACCENTS.has(this.#tokens[at]!.word)) return true;
      const skipped = this.#tokens[at]!.word === "and" ? 1 : readColour(this.#tokens, at)?.length;
      if (skipped === undefined) return false;
      at += skipped;
    }
    return false;
  }

  #adjectiveAt(at: number): void {
    const meaning = adjectiveOf(this.#tokens[at]!.word);
    if (!meaning) return;
    const head = this.#headFor(at, (candidate) => goesWith(meaning, candidate));
    const sets = head === undefined ? meaning.any : meaningWith(meaning, this.#heads[head]!);
    if (!sets) return;
    if (head !== undefined) this.#described.add(head);
    const dark = this.#heads[head ?? at] === "outline" && /^(?:dark|black)/.test(this.#tokens[at]!.word);
    if (dark) this.#findings.setOutlineColour(colourOf("black")!, this.#tokens[at]!.raw);
    const words = head === undefined || head < at ? this.#rawWords(at, 1) : this.#rawWords(at, head - at + 1);
    this.#findings.set(sets, words, { negated: this.#negatedAt(at), degree: this.#degreeAt(at) });
  }

  /**
   * The noun that an adjective speaks of: after a verb the one before it ("the edges are soft"), else the next that it
   * goes with, else the last one, in its sentence.
   */
  #headFor(at: number, fits: (head: Head) => boolean): number | undefined {
    const before = this.#previousHead(at, REACH + 4);
    const verb = before !== undefined && this.#tokens.slice(before, at).some(({ word }) => COPULAS.has(word));
    if (verb && fits(this.#heads[before]!)) return before;
    const after = this.#nextHead(at + 1, REACH);
    if (after !== undefined && fits(this.#heads[after]!)) return after;
    if (before !== undefined && fits(this.#heads[before]!)) return before;
    return after ?? before;
  }

  #bareHeadAt(at: number): void {
    const head = this.#heads[at];
    const bare = head && !this.#described.has(at) ? BARE_HEADS[head] : undefined;
    if (!bare) return;
    const negated = this.#negatedAt(at);
    const sets = negated ? bare.no : bare.yes;
    if (sets) this.#findings.set(sets, this.#rawWords(at, 1), { negated: false, degree: 1, wasNegated: negated });
  }

  #nextHead(from: number, reach: number): number | undefined {
    const sentence = this.#tokens[from]?.sentence;
    for (let at = from; at < Math.min(from + reach, this.#tokens.length); at++) {
      if (this.#tokens[at]!.sentence !== sentence) return undefined;
      if (this.#heads[at]) return at;
    }
    return undefined;
  }

  #previousHead(from: number, reach: number): number | undefined {
    const sentence = this.#tokens[from]?.sentence;
    for (let at = from - 1; at >= Math.max(0, from - reach); at--) {
      if (this.#tokens[at]!.sentence !== sentence) return undefined;
      if (this.#heads[at]) return at;
    }
    return undefined;
  }

  /** Whether a negation in the same clause, or in the "or" list before it, reaches this token. */
  #negatedAt(at: number): boolean {
    const { sentence, clause } = this.#tokens[at]!;
    for (let i = at - 1; i >= Math.max(0, at - 9); i--) {
      const token = this.#tokens[i]!;
      if (token.sentence !== sentence) return false;
      if (token.clause !== clause && !/^(?:or|nor)$/.test(this.#tokens[i + 1]!.word)) return false;
      const { word } = token;
      const next = this.#tokens[i + 1]!.word;
      if (word === "of" && this.#tokens[i - 1]?.word === "instead") return true;
      if (word === "than" && this.#tokens[i - 1]?.word === "rather") return true;
      if (NEGATIONS.has(word)) return !(word === "not" && (next === "only" || next === "just"));
      if (TURNS.has(word)) return false;
    }
    return false;
  }

  /** The degree word before an adjective, looking past one word ("a bit more rough"). */
  #degreeAt(at: number): number {
    const { clause } = this.#tokens[at]!;
    for (const i of [at - 1, at - 2]) {
      const token = this.#tokens[i];
      if (!token || token.clause !== clause) break;
      const degree = DEGREES.get(token.word);
      if (degree !== undefined) return degree;
      if (adjectiveOf(token.word)) break;
    }
    return 1;
  }

  #sentenceHas(at: number, head: Head): boolean {
    const { sentence } = this.#tokens[at]!;
    return this.#tokens.some((token, i) => token.sentence === sentence && this.#heads[i] === head);
  }

  #rawWords(at: number, length: number): string {
    return this.#tokens
      .slice(at, at + length)
      .map(({ raw }) => raw)
      .join(" ");
  }
}
