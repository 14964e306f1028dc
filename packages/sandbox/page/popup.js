/** Small menus beside what was clicked. One at a time; Escape and a click elsewhere close it. */
import { el } from "./dom.js";

let current = null;

export function closePopup() {
  current?.node.remove();
  current?.back?.focus?.({ preventScroll: true });
  current = null;
}

/**
 * @param {Element | {x: number, y: number}} anchor
 * @param {readonly (Node | false | null)[]} children
 * @param {"above" | "below"} side
 */
export function popup(anchor, children, side = "below", className = "menu") {
  closePopup();
  const node = el("div", { class: `popup ${className}`, role: className === "menu" ? "menu" : "dialog" }, ...children);
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
    if (event.target.closest(".menu-item")) closePopup();
  });
  node.addEventListener("keydown", (event) => {
    const items = [...node.querySelectorAll("button:not([disabled])")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || items.length === 0) return;
    event.preventDefault();
    items.at((items.indexOf(document.activeElement) + step + items.length) % items.length).focus();
  });
  (node.querySelector("input") ?? node.querySelector("button"))?.focus({ preventScroll: true });
  return node;
}

document.addEventListener("pointerdown", (event) => {
  if (current && !current.node.contains(event.target)) closePopup();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current) {
    event.stopPropagation();
    closePopup();
  }
});
