/** Where a learned vector starts: in the middle of the words that describe the style. */
import type { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { CONTENT_WORDS, STYLE_WORDS } from "../../caption/style-vocabulary.ts";
import { colourOf } from "../../images/colour-names.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";

/** For styles that nobody has put into words. */
const DEFAULT_WORDS = ["painting", "style"];
const MOST_WORDS = 16;

/** The words of a description that speak of style, each once, in their order; `painting`, `style` where none does. */
export function styleWords(description: string | null): readonly string[] {
  const words = (description ?? "").toLowerCase().match(/\p{L}+/gu) ?? [];
  const found = words.filter((word) => {
    const singular = word.replace(/s$/, "");
    const known = [word, singular].some((form) => (STYLE_WORDS[form] ?? 0) > 0 || colourOf(form) !== undefined);
    return known && CONTENT_WORDS[word] === undefined;
  });
  const unique = [...new Set(found)].slice(0, MOST_WORDS);
  return unique.length > 0 ? unique : DEFAULT_WORDS;
}

/** The mean embedding of the tokens of those words, [width]. */
export async function startingVector(
  networks: DiffusionNetworks,
  tokenizer: ClipTokenizer,
  description: string | null,
): Promise<Float32Array> {
  const ids = styleWords(description).flatMap((word) => tokenizer.encode(word));
  const { data } = await networks.tokenEmbeddings(ids);
  const { width } = networks.checkpoint.text.config;
  const mean = new Float32Array(width);
  data.forEach((value, i) => (mean[i % width]! += value / ids.length));
  return mean;
}
