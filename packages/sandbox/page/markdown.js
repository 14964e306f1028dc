/** Discord's markdown as elements. Everything a message says becomes text nodes, never HTML. */
import { el } from "./dom.js";
import { channel, channelName, isThread, state, user } from "./store.js";
import { longTime, styledTime } from "./time.js";

/**
 * By pattern what becomes of a match.
 * @type {readonly (readonly [RegExp, (match: readonly string[]) => string | HTMLElement])[]}
 */
const INLINE = [
  [/\\([^\w\s])/y, ([, character = ""]) => character],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, ([, , code = ""]) => el("code", { text: code.trim() || code })],
  [/\|\|([\s\S]+?)\|\|/y, ([, inner = ""]) => spoiler(inner)],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*/y, ([, inner = ""]) => el("em", {}, el("strong", {}, ...inline(inner)))],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/y, ([, inner = ""]) => el("strong", {}, ...inline(inner))],
  [/__(?=\S)([\s\S]+?)__(?!_)/y, ([, inner = ""]) => el("u", {}, ...inline(inner))],
  [/\*(?=\S)((?:[^*]|\*\*)+?)\*(?!\*)/y, ([, inner = ""]) => el("em", {}, ...inline(inner))],
  [/\b_(?=\S)([^_]+?)_\b/y, ([, inner = ""]) => el("em", {}, ...inline(inner))],
  [/~~([\s\S]+?)~~/y, ([, inner = ""]) => el("s", {}, ...inline(inner))],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, ([, text = "", url = ""]) => link(url, inline(text))],
  [/<(https?:\/\/[^\s>]+)>/y, ([, url = ""]) => link(url, [url])],
  [/https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)]/y, ([url = ""]) => link(url, [url])],
  [/<@!?(\d+)>/y, ([, id = ""]) => mention(`@${user(id)?.name ?? "unknown-user"}`, id === state.me)],
  [/<@&(\d+)>/y, ([, id = ""]) => mention(`@${state.roles.get(id)?.name ?? "deleted-role"}`)],
  [/<#(\d+)>/y, ([, id = ""]) => channelLink(id)],
  [/@(?:everyone|here)\b/y, ([text = ""]) => mention(text)],
  [/<\/([-\w ]+):\d+>/y, ([, name]) => mention(`/${name}`)],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, ([, unix, style]) => timestamp(Number(unix), style ?? "f")],
  [/<a?:(\w+):\d+>/y, ([, name]) => `:${name}:`],
];

/**
 * Inline markdown as nodes and texts.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function inline(text) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  outer: while (at < text.length) {
    if (/[\\`|*_~[<h@]/.test(text.charAt(at)))
      for (const [pattern, make] of INLINE) {
        pattern.lastIndex = at;
        const match = pattern.exec(text);
        if (!match) continue;
        const node = make(match);
        if (typeof node === "string") plain += node;
        else {
          flush();
          nodes.push(node);
        }
        at += match[0].length;
        continue outer;
      }
    plain += text.charAt(at);
    at += 1;
  }
  flush();
  return nodes;
}

/** @param {string} inner */
const spoiler = (inner) =>
  el(
    "span",
    { class: "spoiler", data: { action: "spoiler" }, tabindex: 0, role: "button", "aria-label": "Spoiler" },
    el("span", {}, ...inline(inner)),
  );

/**
 * @param {string} url
 * @param {readonly (Node | string)[]} children
 */
function link(url, children) {
  // A link to a message of this server opens it here.
  const inside = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(\d+|@me)\/(\d+)(?:\/(\d+))?$/.exec(url);
  const [, , channelId = "", messageId = ""] = inside ?? [];
  const target = channel(channelId);
  if (target) {
    const label = children.length === 1 && children[0] === url ? [`# ${channelName(target)} › message`] : children;
    return el("a", { href: "#", data: { action: "jump", channel: channelId, message: messageId } }, ...label);
  }
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** @param {string} text */
const mention = (text, own = false) => el("span", { class: own ? "mention own" : "mention", text });

/** @param {string} id */
function channelLink(id) {
  const target = channel(id);
  if (!target) return mention("# unknown");
  const label = isThread(target) ? `🧵 ${target.name}` : `# ${channelName(target)}`;
  return el("a", { class: "mention", href: "#", data: { action: "jump", channel: id, message: "" }, text: label });
}

/**
 * @param {number} unix seconds
 * @param {string} style
 */
function timestamp(unix, style) {
  return el("time", {
    class: "stamp",
    datetime: new Date(unix * 1000).toISOString(),
    title: longTime(new Date(unix * 1000)),
    data: { unix, style },
    text: styledTime(unix, style),
  });
}

const HEADINGS = /** @type {const} */ (["h2", "h3", "h4"]);
const HEADING = /^(#{1,3}) +(.+)$/;
const ITEM = /^( *)(?:[-*]|(\d+)\.) +(.+)$/;

/**
 * A whole text as block elements.
 * @param {string} text
 */
export function markdown(text) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  const parts = text.split(/(```[\s\S]*?```)/);
  for (const part of parts) {
    const fence = /^```(?:([\w+-]+)\n)?\n?([\s\S]*?)\n?```$/.exec(part);
    if (fence) blocks.push(el("pre", {}, el("code", { text: fence[2] })));
    else if (part) blocks.push(...lines(part.replace(/^\n|\n$/g, "").split("\n")));
  }
  return blocks;
}

/**
 * @param {readonly string[]} all
 * @returns {HTMLElement[]}
 */
function lines(all) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  /** @type {string[]} */
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) blocks.push(el("div", { class: "line" }, ...inline(paragraph.join("\n"))));
    paragraph = [];
  };
  for (let index = 0; index < all.length; index += 1) {
    const line = all[index] ?? "";
    const heading = HEADING.exec(line);
    if (heading) {
      flush();
      const [, marks = "", title = ""] = heading;
      blocks.push(el(HEADINGS[marks.length - 1] ?? "h4", {}, ...inline(title)));
    } else if (line.startsWith("-# ")) {
      flush();
      blocks.push(el("small", {}, ...inline(line.slice(3))));
    } else if (line.startsWith(">>> ")) {
      flush();
      blocks.push(el("blockquote", {}, ...lines([line.slice(4), ...all.slice(index + 1)])));
      return blocks;
    } else if (line.startsWith("> ")) {
      flush();
      const quoted = [];
      for (let said; (said = all[index])?.startsWith("> "); index += 1) quoted.push(said.slice(2));
      index -= 1;
      blocks.push(el("blockquote", {}, ...lines(quoted)));
    } else if (ITEM.test(line)) {
      flush();
      const ordered = ITEM.exec(line)?.[2];
      const list = el(ordered ? "ol" : "ul", ordered ? { start: ordered } : {});
      for (let item; (item = ITEM.exec(all[index] ?? "")); index += 1) {
        const [, indent = "", , words = ""] = item;
        list.append(el("li", { class: indent.length > 1 ? "deep" : "" }, ...inline(words)));
      }
      index -= 1;
      blocks.push(list);
    } else paragraph.push(line);
  }
  flush();
  return blocks;
}

/**
 * A text in one line, without its markup, for replies and lists.
 * @param {string} text
 */
export const plainText = (text) =>
  text
    .split("\n")
    .map((line) => el("div", {}, ...markdown(line)).textContent)
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .trim();
