/** What the bot says about deleting, and about what it keeps. */
import type { Others } from "../../store/eraser.ts";

const list = new Intl.ListFormat("en", { type: "conjunction" });

const counted = (n: number, one: string, many: string): string => (n === 1 ? `one ${one}` : `${n} ${many}`);

/** What keeps pictures, in words; `null`: nothing does. */
function holders({ results, styles, comparisons }: Others): string | null {
  const said = [
    ...(results > 0 ? [counted(results, "other result", "other results")] : []),
    ...(styles > 0 ? [counted(styles, "saved style", "saved styles")] : []),
    ...(comparisons > 0 ? [counted(comparisons, "open comparison", "open comparisons")] : []),
  ];
  return said.length === 0 ? null : list.format(said);
}

export const deleteWords = {
  notYours: (userId: string): string => `Only <@${userId}> or a moderator can delete this one.`,
  button: "Delete for good",
  ask(others: Others): string {
    const kept = holders(others);
    const rest =
      kept === null
        ? "The picture and both uploads are erased from my disk, too."
        : `Its files are erased from my disk, too, but for what is needed still: ${kept} ${others.results + others.styles + others.comparisons === 1 ? "uses" : "use"} the same pictures.`;
    return `Delete this for good? ${rest} Nobody can bring it back.`;
  },
  done: "🗑️ Deleted.",
  compared: "This picture is being judged in a comparison. Please wait until that is revealed, then delete it.",
} as const;
