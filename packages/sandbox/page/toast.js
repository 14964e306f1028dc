/** Short notices at the edge of the page. */
import { byId, el } from "./dom.js";

/** @param {string} text */
export function toast(text) {
  const node = el("div", { class: "toast", text });
  byId("toasts").append(node);
  setTimeout(() => node.remove(), 5000);
}

/**
 * What went wrong, in words.
 * @param {unknown} error
 */
export const wordsOf = (error) => (error instanceof Error ? error.message : String(error));
