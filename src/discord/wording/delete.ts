/** What the bot says about deleting a picture. */
import type { Others } from "../../store/erasing/eraser.ts";
import { list, say, sentences } from "../../words/say.ts";

/** What keeps pictures, each in words. */
const holders = ({ results, styles, comparisons }: Others): readonly string[] => [
  ...(results > 0 ? [say("delete.ask-but.results", { count: results })] : []),
  ...(styles > 0 ? [say("delete.ask-but.styles", { count: styles })] : []),
  ...(comparisons > 0 ? [say("delete.ask-but.comparisons", { count: comparisons })] : []),
];

export const deleteWords = Object.assign(
  sentences({
    button: "delete.button",
    done: "delete.done",
    doneButShown: "delete.done-but-shown",
    compared: "delete.compared",
  }),
  {
    notYours: (userId: string): string => say("delete.not-yours", { userId }),
    ask(others: Others): string {
      const { results, styles, comparisons } = others;
      const count = results + styles + comparisons;
      return count === 0 ? say("delete.ask") : say("delete.ask-but", { holders: list(holders(others)), count });
    },
  },
);
