/** Short notices at the edge of the page. */
import { el } from "./dom.js";

export function toast(text) {
  const node = el("div", { class: "toast", text });
  document.querySelector("#toasts").append(node);
  setTimeout(() => node.remove(), 5000);
}
