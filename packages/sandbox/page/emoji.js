/** Emoji: the three medals are drawn here, so that a ballot looks the same everywhere; the rest are the system's. */
import { el, shape } from "./dom.js";

/**
 * Face, rim, number.
 * @type {Readonly<Record<string, readonly [string, string, string]>>}
 */
const MEDALS = {
  "🥇": ["#f6c945", "#c98a12", "1"],
  "🥈": ["#d5dbe3", "#8b97a6", "2"],
  "🥉": ["#e0a172", "#9c5a2a", "3"],
};

/** What a ballot is cast with. */
export const MEDAL_NAMES = Object.keys(MEDALS);

/**
 * @param {string} name the emoji itself
 */
export function emoji(name, size = 18) {
  const medal = MEDALS[name];
  if (!medal) return el("span", { class: "emoji", text: name });
  const svg = shape("svg", {
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    role: "img",
    "aria-label": name,
    class: "emoji",
  });
  svg.append(
    shape("path", { d: "M6 1h5l2 8-4 2Z", fill: "#3b82d6" }),
    shape("path", { d: "M18 1h-5l-2 8 4 2Z", fill: "#5aa0ee" }),
    shape("circle", { cx: 12, cy: 15.5, r: 7.5, fill: medal[1] }),
    shape("circle", { cx: 12, cy: 15.5, r: 6, fill: medal[0] }),
    shape(
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
export const EMOJI = /** @type {const} */ ([
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
]);
