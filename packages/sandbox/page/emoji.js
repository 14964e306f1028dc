/** Emoji: the three medals are drawn here, so that a ballot looks the same everywhere; the rest are the system's. */
import { el } from "./dom.js";

const MEDALS = {
  "🥇": ["#f6c945", "#c98a12", "1"],
  "🥈": ["#d5dbe3", "#8b97a6", "2"],
  "🥉": ["#e0a172", "#9c5a2a", "3"],
};

export const MEDAL_NAMES = Object.keys(MEDALS);

const SVG = "http://www.w3.org/2000/svg";

function part(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

export function emoji(name, size = 18) {
  const medal = MEDALS[name];
  if (!medal) return el("span", { class: "emoji", text: name });
  const svg = part("svg", {
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    role: "img",
    "aria-label": name,
    class: "emoji",
  });
  svg.append(
    part("path", { d: "M6 1h5l2 8-4 2Z", fill: "#3b82d6" }),
    part("path", { d: "M18 1h-5l-2 8 4 2Z", fill: "#5aa0ee" }),
    part("circle", { cx: 12, cy: 15.5, r: 7.5, fill: medal[1] }),
    part("circle", { cx: 12, cy: 15.5, r: 6, fill: medal[0] }),
    part(
      "text",
      {
        x: 12,
        y: 19.2,
        "text-anchor": "middle",
        "font-size": 10,
        "font-weight": 700,
        fill: medal[1],
        "font-family": "sans-serif",
      },
      medal[2],
    ),
  );
  return svg;
}

/** What the picker offers, with words to find it by. */
export const EMOJI = [
  ["🥇", "first gold medal"],
  ["🥈", "second silver medal"],
  ["🥉", "third bronze medal"],
  ["👍", "thumbs up yes"],
  ["👎", "thumbs down no"],
  ["❤️", "heart love"],
  ["🔥", "fire"],
  ["🎨", "palette art"],
  ["🖼️", "picture frame"],
  ["✨", "sparkles"],
  ["🌊", "wave"],
  ["🌟", "star"],
  ["😀", "grin smile"],
  ["😂", "joy laugh"],
  ["😍", "heart eyes"],
  ["🤩", "star struck"],
  ["😎", "cool"],
  ["🤔", "thinking"],
  ["😮", "wow open mouth"],
  ["😢", "cry sad"],
  ["😅", "sweat smile"],
  ["🙃", "upside down"],
  ["🙌", "raised hands"],
  ["👏", "clap"],
  ["🙏", "please thanks"],
  ["💯", "hundred"],
  ["🎉", "party tada"],
  ["🚀", "rocket"],
  ["👀", "eyes"],
  ["✅", "check yes"],
  ["❌", "cross no"],
  ["⭐", "star"],
  ["🌈", "rainbow"],
  ["🐱", "cat"],
  ["🐶", "dog"],
  ["🌸", "blossom"],
  ["🍀", "clover luck"],
  ["☕", "coffee"],
  ["💡", "idea bulb"],
  ["🖌️", "brush paint"],
];
