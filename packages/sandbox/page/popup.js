/** Small menus beside what was clicked. One at a time; Escape and a click elsewhere close it. */
import { closest, el, present } from "./dom.js";

/** @import { Child } from "./dom.js" */

/** @type {{ node: HTMLElement, back: HTMLElement | null } | null} */
let current = null;

export function closePopup() {
  current?.node.remove();
  current?.back?.focus({ preventScroll: true });
  current = null;
}

/**
 * @param {Element | {x: number, y: number}} anchor
 * @param {readonly Child[]} children
 * @param {"above" | "below"} side
 */
export function popup(anchor, children, side = "below", className = "menu") {
  closePopup();
  const node = el(
    "div",
    { class: `popup ${className}`, role: className === "menu" ? "menu" : "dialog" },
    ...present(children),
  );
  document.body.append(node);
  const box =
    anchor instanceof Element
      ? anchor.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { offsetWidth: width, offsetHeight: height } = node;
  const top = side === "above" ? box.top - height - 8 : box.bottom + 6;
  node.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  node.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  current = { node, back: anchor instanceof HTMLElement ? anchor : null };
  node.addEventListener("click", (event) => {
    if (closest(event, ".menu-item")) closePopup();
  });
  node.addEventListener("keydown", (event) => {
    const items = [.../** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll("button:not([disabled])"))];
    const step = stepOf(event);
    if (step === 0 || items.length === 0 || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    const at = items.findIndex((item) => item === document.activeElement);
    items[(at + step + items.length) % items.length]?.focus();
  });
  (node.querySelector("input") ?? node.querySelector("button"))?.focus({ preventScroll: true });
  return node;
}

/**
 * Where an arrow key leads in a list; 0 for other keys.
 * @param {KeyboardEvent} event
 */
export const stepOf = ({ key }) => (key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0);

document.addEventListener("pointerdown", (event) => {
  if (current && !current.node.contains(/** @type {Node} */ (event.target))) closePopup();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current) {
    event.stopPropagation();
    closePopup();
  }
});
