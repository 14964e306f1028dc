/** An acknowledged reply is filled in through its interaction once, and from then on with the bot's own token, which does not expire. */
import { isTokenSpent } from "../discord-error.ts";
import type { View } from "./view.ts";

type Edit = (messageId: string, view: View) => Promise<void>;

/** The one edit through an interaction. It is outstanding until Discord has taken it, or takes it no more. */
export class FirstEdit {
  #through: ((view: View) => Promise<unknown>) | null;

  constructor(through: (view: View) => Promise<unknown>) {
    this.#through = through;
  }

  /** `edit`, with the interaction in its place as long as this is outstanding. */
  before(edit: Edit): Edit {
    return async (messageId, view) => {
      if (!this.#through) return edit(messageId, view);
      try {
        await this.#through(view);
        this.#through = null;
      } catch (error) {
        if (!isTokenSpent(error)) throw error;
        this.#through = null;
        await edit(messageId, view);
      }
    };
  }
}
