/** Faces, drawn here: a colour and a small figure per person. */
import { el, shape } from "./dom.js";
import { user } from "./store.js";

/**
 * Background, hair, skin, shirt.
 * @type {Readonly<Record<string, readonly [string, string, string, string]>>}
 */
const FACES = {
  ada: ["#f0b232", "#3b2a20", "#f1c9a5", "#7a3b8f"],
  grace: ["#3ba55d", "#7c2d12", "#e8b48c", "#1f4e79"],
  linus: ["#5865f2", "#d9b25f", "#f3d2b3", "#c0392b"],
  mo: ["#eb459e", "#1c1c22", "#8d5a3b", "#2ecc71"],
};

const PLAIN_HAIR = "M9 18c0-7 5-11 11-11s11 4 11 11c-3-3-6-4-11-4s-8 1-11 4Z";

/** @type {Readonly<Record<string, string>>} */
const HAIR = {
  ada: "M9 20c-1-9 5-13 11-13s12 4 11 13c0 4 1 8 2 10H7c1-2 2-6 2-10Z",
  grace: "M8 19C8 11 13 7 20 7s12 4 12 12l-2 3c-1-5-4-8-10-8s-9 3-10 8l-2-3Z",
  linus: PLAIN_HAIR,
  mo: "M8 17c1-8 6-11 12-11s11 3 12 11c-2-2-3-3-6-3-4 2-8 2-12 0-3 0-4 1-6 3Z",
};

/**
 * The picture of a user.
 * @param {string} userId
 */
export function avatar(userId, size = 40) {
  const { username, bot } = user(userId) ?? { username: "?", bot: false };
  if (bot) return el("img", { class: "avatar", src: "/page/icon.svg", alt: "", width: size, height: size });
  const svg = shape("svg", { viewBox: "0 0 40 40", width: size, height: size, class: "avatar", "aria-hidden": "true" });
  const [background, hair, skin, shirt] = FACES[username] ?? ["#747f8d", "#333", "#ddd", "#555"];
  svg.append(
    shape("rect", { width: 40, height: 40, fill: background }),
    shape("path", { d: "M4 42c0-9 7-13 16-13s16 4 16 13Z", fill: shirt }),
    shape("path", { d: HAIR[username] ?? PLAIN_HAIR, fill: hair }),
    shape("ellipse", { cx: 20, cy: 21, rx: 7.5, ry: 8.5, fill: skin }),
    shape("circle", { cx: 17, cy: 20.5, r: 1.1, fill: "#26211f" }),
    shape("circle", { cx: 23, cy: 20.5, r: 1.1, fill: "#26211f" }),
    shape("path", {
      d: "M17 25c1.500 1.800 4.500 1.800 6 0",
      fill: "none",
      stroke: "#8a3b2a",
      "stroke-width": 1.2,
      "stroke-linecap": "round",
    }),
  );
  if (username === "ada")
    svg.append(
      shape("path", { d: "M12.500 18c0-6 3-8 7.500-8s7.500 2 7.500 8c-3-1-5-3-6-5-2 3-5 4.500-9 5Z", fill: hair }),
    );
  if (username === "grace")
    svg.append(
      shape("path", {
        d: "M14 20.500a2.800 2.800 0 1 0 5.600 0a2.800 2.800 0 1 0-5.600 0M20.400 20.500a2.800 2.800 0 1 0 5.600 0a2.800 2.800 0 1 0-5.600 0",
        fill: "none",
        stroke: "#222",
        "stroke-width": 0.9,
      }),
    );
  return svg;
}
