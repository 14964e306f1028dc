/** An acknowledged reply is filled in through its interaction once, and from then on with the bot's own token, which does not expire. */
import { isTokenSpent } from "./discord-error.ts";
import type { View } from "./view.ts";

export type FirstEdit = (view: View) => Promise<unknown>;
type Edit = (messageId: string, view: View) => Promise<void>;

/** @param first `null` when the interaction is gone, after a restart */
export function firstThrough(first: FirstEdit | null, edit: Edit): Edit {
  let left = first;
  return async (messageId, view) => {
    const through = left;
    left = null;
    if (!through) return edit(messageId, view);
    try {
      await through(view);
    } catch (error) {
      if (!isTokenSpent(error)) throw error;
      await edit(messageId, view);
    }
  };
}
