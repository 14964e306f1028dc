/** Tells the sentences of a description that speak of style from those that speak of what is depicted. */
import { colourWords } from "../images/colour-names.ts";
import { COLOUR_WEIGHT, CONTENT_WORDS, STYLE_WORDS } from "./style-vocabulary.ts";

export interface JudgedSentence {
  readonly sentence: string;
  readonly isStyle: boolean;
  /** The words that decided, heaviest first; those for what is depicted begin with a minus. */
  readonly because: readonly string[];
}

/** Nobody describes a style in more. */
const MAX_LENGTH = 20_000;
/** Less than this says nothing of style. */
const LEAST = 1.6;
/** What is depicted may weigh this much against style: captioners name it in most sentences. */
const TOLERANCE = 0.85;
const LONGEST_PHRASE = 5;
const COLOURS = new Set(colourWords());

/** Splits a description into sentences and judges each by the words it uses. Takes any text. */
export const judgeSentences = (text: string): JudgedSentence[] => sentencesOf(text).map(judge);

/**
 * Which sentences a picture is painted by: those on style. Where there is none, all have to do, as something is better
 * than nothing.
 */
export function usedSentences(text: string): readonly { readonly sentence: string; readonly isUsed: boolean }[] {
  const judged = judgeSentences(text);
  const hasStyle = judged.some(({ isStyle }) => isStyle);
  return judged.map(({ sentence, isStyle }) => ({ sentence, isUsed: isStyle || !hasStyle }));
}

/** The sentences that are used, in their order; the others follow only where `rest` asks for them. */
export function styleText(text: string, { rest = false }: { readonly rest?: boolean } = {}): string {
  const sentences = usedSentences(text);
  const used = sentences.filter(({ isUsed }) => isUsed);
  const others = rest ? sentences.filter(({ isUsed }) => !isUsed) : [];
  return [...used, ...others].map(({ sentence }) => sentence).join(" ");
}

/** Sentences as they were written, list marks removed; abbreviations and decimals do not end one. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const line of text.slice(0, MAX_LENGTH).split(/\n+/)) {
    const plain = line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim();
    let from = 0;
    for (const { index, 0: end } of plain.matchAll(/[.!?]+["'”’)]*(?=\s)/g)) {
      const sentence = plain.slice(from, index + end.length).trim();
      if (/\b(?:e\.g|i\.e|etc|vs|St|Mr|Mrs|Dr|cf|c)\.$/.test(sentence)) continue;
      if (sentence) sentences.push(sentence);
      from = index + end.length;
    }
    const last = plain.slice(from).trim();
    if (last) sentences.push(last);
  }
  return sentences;
}

interface Cue {
  readonly words: string;
  readonly weight: number;
}

function judge(sentence: string): JudgedSentence {
  const words = wordsOf(sentence);
  const style: Cue[] = [];
  const content: Cue[] = [];
  for (let at = 0; at < words.length;) {
    const phrase = phraseAt(words, at);
    if (phrase.style) style.push({ words: phrase.words, weight: phrase.style });
    if (phrase.content) content.push({ words: phrase.words, weight: phrase.content });
    at += phrase.length;
  }
  const forStyle = total(style);
  const forContent = total(content);
  return {
    sentence,
    isStyle: forStyle >= LEAST && forStyle >= TOLERANCE * forContent,
    because: [...style, ...content.map(({ words, weight }) => ({ words: `-${words}`, weight }))]
      .sort((one, other) => other.weight - one.weight)
      .map(({ words }) => words),
  };
}

/** Lower case, American spelling, without accents; plurals stay. */
const wordsOf = (sentence: string): string[] =>
  sentence
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/colour/g, "color")
    .replace(/\bgray/g, "grey")
    .replace(/modelled/g, "modeled")
    .replace(/stylis/g, "styliz")
    .match(/[\p{L}\p{N}]+/gu) ?? [];

interface Found {
  readonly words: string;
  readonly length: number;
  readonly style: number;
  readonly content: number;
}

/** The longest phrase of either vocabulary, or a colour, or one word that says nothing. */
function phraseAt(words: readonly string[], at: number): Found {
  for (let length = Math.min(LONGEST_PHRASE, words.length - at); length >= 1; length--) {
    const phrase = words.slice(at, at + length).join(" ");
    const style = lookUp(STYLE_WORDS, phrase);
    const content = lookUp(CONTENT_WORDS, phrase);
    if (style || content) return { words: phrase, length, style, content };
    if (COLOURS.has(phrase) || COLOURS.has(phrase.replace(/s$/, ""))) {
      const thing = words.slice(at + length, at + length + 2).some((word) => lookUp(CONTENT_WORDS, word) > 0);
      return { words: phrase, length, style: thing ? 0 : COLOUR_WEIGHT, content: 0 };
    }
  }
  return { words: "", length: 1, style: 0, content: 0 };
}

function lookUp(vocabulary: Readonly<Record<string, number>>, phrase: string): number {
  const singular = phrase.replace(/(?:(?<=sh|ch|ss|x)es|(?<!s)s)$/, "");
  return (
    (Object.hasOwn(vocabulary, phrase) ? vocabulary[phrase] : undefined) ??
    (Object.hasOwn(vocabulary, singular) ? vocabulary[singular] : undefined) ??
    0
  );
}

/** The sum of the weights; a word that comes back counts once. */
function total(cues: readonly Cue[]): number {
  const once = new Map(cues.map(({ words, weight }) => [words, weight]));
  return [...once.values()].reduce((sum, weight) => sum + weight, 0);
}
