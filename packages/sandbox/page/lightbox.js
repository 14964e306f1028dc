/** One picture, large. */
import { closest, el } from "./dom.js";

/** @param {HTMLImageElement} img */
export function showPicture(img) {
  const { src, alt } = img;
  const dialog = el(
    "dialog",
    { class: "lightbox", "aria-label": alt || "Picture" },
    el("img", { src, alt }),
    el(
      "p",
      {},
      alt && el("span", { text: alt }),
      el("a", { href: src, target: "_blank", rel: "noopener", text: "Open in a new tab" }),
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (!closest(event, "a")) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
