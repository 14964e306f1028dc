/** Custom ids of buttons, menus and modals: `family:part:part`. They carry everything a press needs, so that it works after a restart. */

const SEPARATOR = ":";
const MAX_LENGTH = 100;

/** Buttons, by what they do. `Commands` wants a handler for each. */
export type ButtonFamily =
  | "ballot"
  | "block-reported"
  | "cancel"
  | "compare"
  | "compare-again"
  | "delete"
  | "delete-reported"
  | "edit-prompt"
  | "end-comparison"
  | "erase"
  | "face"
  | "history"
  | "learn-style"
  | "more"
  | "paint-again"
  | "paint-with"
  | "privacy"
  | "rerun"
  | "save-style"
  | "stop-learning"
  | "study"
  | "study-panel"
  | "styles"
  | "tweak";

/** Menus in messages likewise. */
export type MenuFamily = "settings";

/** Modals likewise. One that a button opened has the button's own id, parts and all. */
export type ModalFamily =
  | "compare-again"
  | "edit-prompt"
  | "paint-again"
  | "paint-with"
  | "stylize-this"
  | "tweak"
  | "use-as-style";

export interface CustomId {
  /** Which handler answers; ids come from outside, and of earlier versions too. */
  readonly family: string;
  readonly parts: readonly string[];
}

/** @throws RangeError when the id would not fit into Discord's 100 characters */
export function customId(family: ButtonFamily | MenuFamily | ModalFamily, ...parts: readonly string[]): string {
  const id = [family, ...parts].join(SEPARATOR);
  if (id.length > MAX_LENGTH)
    throw new RangeError(`custom id of ${id.length} characters, at most ${MAX_LENGTH}: ${id}`);
  return id;
}

export function parseCustomId(id: string): CustomId {
  const [family, ...parts] = id.split(SEPARATOR);
  return { family: family ?? "", parts };
}
