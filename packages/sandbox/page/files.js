/** Files a person gives: by the picker, by dropping, by pasting; and the tiles that show them. */
import { bytes } from "./component.js";
import { el, icon, ICONS } from "./dom.js";

/**
 * The files of a drop or paste.
 * @param {DataTransfer | null} transfer
 */
export const filesOf = (transfer) => [...(transfer?.files ?? [])];

/**
 * Pasted pictures have no name worth keeping.
 * @param {File} file
 */
export const named = (file, index = 0) =>
  file.name && file.name !== "image.png"
    ? file
    : new File([file], `pasted-${index + 1}.${file.type.split("/")[1] ?? "png"}`, { type: file.type });

/** @type {Readonly<Record<string, string>>} */
const GROUPS = { image: "image/*", video: "video/*", audio: "audio/*" };

/**
 * `file_types` for an input's `accept`.
 * @param {readonly string[] | undefined} types
 */
export const acceptOf = (types) => (types ?? []).map((type) => GROUPS[type] ?? type).join(",");

/** @param {File} file */
function preview(file) {
  const glyph = el("span", { class: "file-glyph" }, icon(ICONS.upload, 28));
  if (!file.type.startsWith("image/")) return glyph;
  const url = URL.createObjectURL(file);
  const img = el("img", { src: url, alt: "" });
  img.addEventListener("load", () => URL.revokeObjectURL(url));
  // Named like a picture, and none that a browser can show.
  img.addEventListener("error", () => {
    URL.revokeObjectURL(url);
    img.replaceWith(glyph);
  });
  return img;
}

/**
 * A file beside the text of a message.
 * @param {File} file
 * @param {() => void} onRemove
 */
export const fileTile = (file, onRemove) =>
  el(
    "figure",
    {},
    preview(file),
    el("figcaption", { text: file.name }),
    el(
      "button",
      { class: "tile-clear", type: "button", "aria-label": `Remove ${file.name}`, on: { click: onRemove } },
      icon(ICONS.close, 16),
    ),
  );

/**
 * @typedef {object} TileOptions
 * @property {string} label
 * @property {string} [name] what it is called to whoever hears it
 * @property {string} [hint]
 * @property {string} [accept]
 * @property {boolean} [required]
 * @property {boolean} [several]
 * @property {(files: readonly File[]) => void} onChange
 */

/**
 * A place for one or more files.
 * @param {TileOptions} options
 */
export function dropTile({ label, name = label, hint, accept, required = false, several = false, onChange }) {
  /** @type {readonly File[]} */
  let files = [];
  const input = el("input", {
    type: "file",
    accept: accept || null,
    multiple: several,
    tabindex: -1,
    "aria-hidden": "true",
    class: "visually-hidden",
  });
  const face = el("button", { type: "button", class: "tile-face" });
  const node = el("div", { class: "drop-tile" }, face, input);
  const draw = () => {
    const [file] = files;
    node.classList.toggle("filled", files.length > 0);
    face.setAttribute(
      "aria-label",
      file ? `${name}: ${file.name}. Choose another file` : `${name}: choose a file${required ? " (required)" : ""}`,
    );
    face.replaceChildren(
      ...(file
        ? [
            preview(file),
            el(
              "span",
              { class: "tile-name" },
              el("strong", { text: label }),
              el("span", { text: files.length > 1 ? `${files.length} files` : `${file.name} · ${bytes(file.size)}` }),
            ),
          ]
        : [
            icon(ICONS.upload, 28),
            el(
              "span",
              { class: "tile-name" },
              el("strong", { text: label }),
              el("span", { text: hint ?? "Drop, paste or choose a file" }),
            ),
          ]),
    );
    node.querySelector(".tile-clear")?.remove();
    if (file)
      node.append(
        el(
          "button",
          { class: "tile-clear", type: "button", "aria-label": `Remove ${file.name}`, on: { click: () => set([]) } },
          icon(ICONS.close, 16),
        ),
      );
  };
  /** @param {readonly File[]} next */
  const set = (next) => {
    files = several ? next : next.slice(0, 1);
    draw();
    onChange(files);
  };
  face.addEventListener("click", () => input.click());
  // A form's Enter sends it; a space, as a click, chooses another file.
  face.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || files.length === 0) return;
    event.preventDefault();
    face.closest("form")?.requestSubmit();
  });
  input.addEventListener("change", () => {
    if (input.files?.length) set([...input.files]);
    input.value = "";
  });
  for (const type of /** @type {const} */ (["dragover", "dragleave", "drop"]))
    node.addEventListener(type, (event) => {
      event.preventDefault();
      node.classList.toggle("over", type === "dragover");
      if (type !== "drop") return;
      event.stopPropagation();
      set(filesOf(event.dataTransfer));
    });
  draw();
  return { node, set, isEmpty: () => files.length === 0, focus: () => face.focus() };
}
