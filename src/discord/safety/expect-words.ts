/** Whether words of a person's own may be painted with. */
import { UserError } from "../../errors.ts";
import type { WordList } from "../../word-list.ts";
import { wordWords } from "../wording/safety.ts";

/** @throws UserError `word-not-wanted` naming the word */
export function expectWords(list: WordList, ...texts: readonly (string | null)[]): void {
  for (const text of texts) {
    const word = text === null ? null : list.find(text);
    if (word !== null) throw new UserError("word-not-wanted", wordWords.refused(word));
  }
}
