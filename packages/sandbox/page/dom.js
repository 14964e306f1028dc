/** Building elements, and changing a shown tree into another without rebuilding what stays. */

/** @typedef {Node | string | null | undefined | false} Child what is nothing is left out */

/**
 * `on` holds listeners, `data` what becomes the `data-…` attributes, the rest are attributes; what is nothing is left
 * out, and true stands for an empty one.
 * @typedef {{ class?: string, text?: string | undefined, on?: Listeners, data?: Record<string, string | number> } & Attributes} Props
 * @typedef {{ [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name] & { currentTarget: HTMLElement }) => void }} Listeners
 * @typedef {{ [name: string]: unknown }} Attributes each a `Value`; their type cannot say so beside `on` and `data`
 * @typedef {string | number | boolean | null | undefined} Value
 */

/**
 * An element. Text is only ever set as text: messages are untrusted.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, { class: className, text, on = {}, data = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  for (const [name, listener] of Object.entries(on))
    node.addEventListener(name, /** @type {EventListener} */ (/** @type {unknown} */ (listener)));
  for (const [key, value] of Object.entries(data)) node.dataset[key] = String(value);
  for (const [name, value] of Object.entries(/** @type {Readonly<Record<string, Value>>} */ (attributes)))
    if (value !== undefined && value !== null && value !== false)
      node.setAttribute(name, value === true ? "" : String(value));
  node.append(...present(children));
  return node;
}

/**
 * The children that there are.
 * @param {readonly Child[]} children
 * @returns {(Node | string)[]}
 */
export const present = (children) => /** @type {(Node | string)[]} */ (children.filter(Boolean));

/**
 * An element of the page's own frame.
 * @param {string} id
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no #${id}.`);
  return node;
}

/**
 * A colour as CSS has it.
 * @param {number} value as Discord has it, 0xrrggbb
 */
export const cssColor = (value) => `#${value.toString(16).padStart(6, "0")}`;

/**
 * What is chosen in a menu; its line that stands for nothing does not count.
 * @param {HTMLSelectElement} select
 */
export const chosenIn = (select) => [...select.selectedOptions].map(({ value }) => value).filter(Boolean);

/**
 * The closest element around an event's target, as an element of the page.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const closest = ({ target }, selector) => (target instanceof Element ? target.closest(selector) : null);

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of a drawing.
 * @param {string} tag
 * @param {Readonly<Record<string, string | number>>} attributes
 * @param {...(Node | string)} children
 */
export function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * An icon of one path on a 24 by 24 grid.
 * @param {string} path
 */
export const icon = (path, size = 20) =>
  shape(
    "svg",
    { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" },
    shape("path", { d: path, fill: "currentColor" }),
  );

export const ICONS = {
  hash: "M10.990 3.160A1 1 0 1 0 9 2.840L8.150 8H4a1 1 0 0 0 0 2h3.820l-.67 4H3a1 1 0 1 0 0 2h3.820l-.8 4.840a1 1 0 0 0 1.970.32L8.850 16h4.970l-.8 4.840a1 1 0 0 0 1.970.32l.86-5.160H20a1 1 0 1 0 0-2h-3.820l.67-4H21a1 1 0 1 0 0-2h-3.820l.8-4.840a1 1 0 1 0-1.970-.32L15.150 8h-4.970l.8-4.840ZM14.150 14H9.180l.67-4h4.970l-.67 4Z",
  thread:
    "M5 4a3 3 0 0 0-3 3v8a3 3 0 0 0 3 3h1v3.200a.8.8 0 0 0 1.300.6L12 18h7a3 3 0 0 0 3-3V7a3 3 0 0 0-3-3H5Zm2 4h10a1 1 0 1 1 0 2H7a1 1 0 0 1 0-2Zm0 4h6a1 1 0 1 1 0 2H7a1 1 0 1 1 0-2Z",
  close:
    "M17.300 18.700a1 1 0 0 0 1.400-1.400L13.420 12l5.300-5.300a1 1 0 0 0-1.420-1.400L12 10.580l-5.300-5.300a1 1 0 0 0-1.400 1.420L10.580 12l-5.300 5.300a1 1 0 1 0 1.420 1.400L12 13.420l5.300 5.300Z",
  plus: "M13 5a1 1 0 1 0-2 0v6H5a1 1 0 1 0 0 2h6v6a1 1 0 1 0 2 0v-6h6a1 1 0 1 0 0-2h-6V5Z",
  menu: "M3 6a1 1 0 0 1 1-1h16a1 1 0 1 1 0 2H4a1 1 0 0 1-1-1Zm0 6a1 1 0 0 1 1-1h16a1 1 0 1 1 0 2H4a1 1 0 0 1-1-1Zm1 5a1 1 0 1 0 0 2h16a1 1 0 1 0 0-2H4Z",
  people:
    "M9 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0 2c-4 0-7 2-7 5v1h14v-1c0-3-3-5-7-5Zm7.500-2.100A3.500 3.500 0 0 0 15 5.300a6 6 0 0 1-.5 6.300c.6.200 1.300.3 2 .3ZM17 13.700c1.300 1.300 2 3 2 5.300v1h3v-1c0-2.700-2-4.700-5-5.300Z",
  smile:
    "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20ZM8.500 11a1.500 1.500 0 1 1 0-3 1.500 1.500 0 0 1 0 3Zm7 0a1.500 1.500 0 1 1 0-3 1.500 1.500 0 0 1 0 3Zm-8.300 3.200a1 1 0 0 1 1.500-.3c1.900 1.700 4.700 1.700 6.600 0a1 1 0 1 1 1.300 1.500 7 7 0 0 1-9.200 0 1 1 0 0 1-.2-1.200Z",
  dots: "M4 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm10-2a2 2 0 1 1-4 0 2 2 0 0 1 4 0Zm8 0a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z",
  upload:
    "M11 4.400V15a1 1 0 1 0 2 0V4.400l3.300 3.300a1 1 0 0 0 1.400-1.400l-5-5a1 1 0 0 0-1.400 0l-5 5a1 1 0 0 0 1.400 1.400L11 4.400ZM4 15a1 1 0 0 0-2 0v4a3 3 0 0 0 3 3h14a3 3 0 0 0 3-3v-4a1 1 0 1 0-2 0v4a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-4Z",
  eye: "M12 5C6.500 5 2.700 9 1.300 11.400a1.200 1.200 0 0 0 0 1.200C2.700 15 6.500 19 12 19s9.300-4 10.700-6.400a1.200 1.200 0 0 0 0-1.200C21.300 9 17.500 5 12 5Zm0 11a4 4 0 1 1 0-8 4 4 0 0 1 0 8Zm0-2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  send: "M3.600 2.300A1.100 1.100 0 0 0 2.100 3.700L4.800 11l8.200.6c.5 0 .5.800 0 .8L4.800 13l-2.700 7.300a1.100 1.100 0 0 0 1.500 1.400l18-8.600a1.200 1.200 0 0 0 0-2.200l-18-8.600Z",
};

/**
 * The part of an address that stays when an attachment is signed afresh.
 * @param {string} src
 */
const identity = (src) => (src.startsWith("blob:") ? src : src.split("?")[0]);

/**
 * Shows another picture once it is decoded, so that nothing flickers.
 * @param {HTMLImageElement} img
 * @param {string} src
 */
function swapImage(img, src) {
  if (identity(img.dataset.next ?? img.getAttribute("src") ?? "") === identity(src)) return;
  img.dataset.next = src;
  const next = new Image();
  next.src = src;
  const show = () => {
    if (img.dataset.next !== src) return;
    img.src = src;
    delete img.dataset.next;
  };
  next.decode().then(show, show);
}

/** What people change themselves and a redraw must leave alone. */
const KEPT = new Set(["data-next", "data-shown", "data-busy", "open"]);

/**
 * @param {HTMLElement} from
 * @param {HTMLElement} to
 */
function morphAttributes(from, to) {
  for (const name of from.getAttributeNames())
    if (!to.hasAttribute(name) && !KEPT.has(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) {
    if (from instanceof HTMLImageElement && name === "src") swapImage(from, value);
    // Not as an attribute: the page's own policy forbids inline styles.
    else if (name === "style") from.style.cssText = to.style.cssText;
    else if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

/** @param {Node} node */
const keyOf = (node) => (node instanceof HTMLElement ? (node.dataset.key ?? "") : "");

/**
 * @param {Node} a
 * @param {Node} b
 */
const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

/**
 * Changes `from` into `to`, keeping the nodes that match. Listeners are kept as they are: redrawn parts use delegation.
 * @param {Node} from
 * @param {Node} to
 */
export function morph(from, to) {
  if (from instanceof Text && to instanceof Text) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  morphAttributes(/** @type {HTMLElement} */ (from), /** @type {HTMLElement} */ (to));
  const parent = /** @type {Element} */ (from);
  const wanted = [...to.childNodes];
  for (const [index, next] of wanted.entries()) {
    const current = parent.childNodes[index];
    if (!current) parent.append(next);
    else if (same(current, next)) morph(current, next);
    else {
      const later = keyOf(next) && [...parent.childNodes].slice(index + 1).find((node) => same(node, next));
      if (later) {
        parent.insertBefore(later, current);
        morph(later, next);
      } else if (parent.childNodes.length < wanted.length) parent.insertBefore(next, current);
      else parent.replaceChild(next, current);
    }
  }
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove();
}
