/** Message components, V1 and V2. Redrawn often: everything a person does goes through delegated `data-action`s. */
import { el, icon, ICONS } from "./dom.js";
import { emoji } from "./emoji.js";
import { inline, markdown } from "./markdown.js";
import { channel, local, people, state } from "./store.js";

const SELECTS = new Set([3, 5, 6, 7, 8]);
const STYLE = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

const DRAW = {
  1: (row) => el("div", { class: "row" }, ...row.components.map(component)),
  2: button,
  9: (section) =>
    el(
      "div",
      { class: "section" },
      el("div", { class: "section-text" }, ...section.components.map(component)),
      el("div", { class: "accessory" }, component(section.accessory)),
    ),
  10: (display) => el("div", { class: "markdown" }, ...markdown(display.content)),
  11: (thumbnail) => picture(thumbnail.media, thumbnail, "thumbnail"),
  12: gallery,
  13: ({ file }) =>
    fileLink(file.url, decodeURIComponent(new URL(file.url, location.href).pathname.split("/").pop()), null),
  14: ({ divider, spacing }) =>
    el("hr", { class: `separator${divider === false ? " bare" : ""}${spacing === 2 ? " wide" : ""}` }),
  17(container) {
    const node = el(
      "div",
      { class: `container${container.spoiler ? " hidden-media" : ""}` },
      ...container.components.map(component),
    );
    if (typeof container.accent_color === "number")
      node.style.setProperty("--accent", `#${container.accent_color.toString(16).padStart(6, "0")}`);
    return node;
  },
};

/** One component of a message. */
export function component(data) {
  if (SELECTS.has(data.type)) return select(data);
  return DRAW[data.type]?.(data) ?? el("div", { class: "muted", text: `(a component of type ${data.type})` });
}

function button(data) {
  const content = [data.emoji && emoji(data.emoji.name), data.label && el("span", { text: data.label })].filter(
    Boolean,
  );
  if (data.style === 5)
    return el("a", { class: "button link", href: data.url, target: "_blank", rel: "noopener noreferrer" }, ...content);
  return el(
    "button",
    {
      class: `button ${STYLE[data.style]}`,
      type: "button",
      disabled: data.disabled,
      data: { action: "press", control: data.custom_id, key: data.custom_id },
    },
    ...content,
  );
}

/** The choices of a menu: its own options, or people, roles or channels. */
export function menuOptions(data) {
  if (data.type === 3) return data.options;
  const users = people().map(({ id, name }) => ({ value: id, label: name }));
  const roles = [...state.roles.values()].map(({ id, name }) => ({ value: id, label: name }));
  if (data.type === 5) return users;
  if (data.type === 6) return roles;
  if (data.type === 7) return [...users, ...roles];
  return [...state.channels.values()]
    .filter(({ type }) => type === 0)
    .map(({ id, name }) => ({ value: id, label: `# ${name}` }));
}

function select(data) {
  const several = (data.max_values ?? 1) > 1;
  const node = el(
    "select",
    {
      class: "select",
      disabled: data.disabled,
      multiple: several,
      "aria-label": data.placeholder ?? "Make a selection",
      data: { action: "select", control: data.custom_id, key: data.custom_id },
    },
    !several && el("option", { value: "", text: data.placeholder ?? "Make a selection" }),
    ...menuOptions(data).map((option) =>
      el("option", { value: option.value, selected: option.default, title: option.description, text: option.label }),
    ),
  );
  return node;
}

function gallery({ items }) {
  const count = Math.min(items.length, 10);
  return el(
    "div",
    { class: `gallery of-${count}` },
    ...items.map((item, index) => picture(item.media, item, "tile", `tile-${index}`)),
  );
}

/** What a picture that stands alone is fitted into, pixels. */
const LARGEST = { width: 550, height: 400 };

/** A picture that opens large; hidden until it is clicked when it is a spoiler. */
export function picture(media, { description, spoiler }, kind, key) {
  const img = el("img", {
    src: local(media.url),
    alt: description ?? "",
    title: description,
    width: media.width,
    height: media.height,
    draggable: "false",
    loading: "eager",
  });
  const node = el(
    "button",
    {
      class: `picture ${kind}${spoiler ? " hidden-media" : ""}`,
      type: "button",
      data: { action: "picture", ...(key && { key }) },
      "aria-label": description ? `Open picture: ${description}` : "Open picture",
    },
    img,
  );
  // Its place is kept before it is there, so that nothing moves when it comes.
  if (media.width && media.height) {
    const scale = Math.min(1, LARGEST.width / media.width, LARGEST.height / media.height);
    node.style.setProperty("--ratio", `${media.width} / ${media.height}`);
    node.style.setProperty("--natural", `${Math.round(media.width * scale)}px`);
  }
  return node;
}

export function fileLink(url, name, size) {
  return el(
    "a",
    { class: "file", href: local(url), download: name },
    icon(ICONS.upload, 24),
    el(
      "span",
      {},
      el("span", { class: "file-name", text: name }),
      size !== null && el("span", { class: "muted", text: bytes(size) }),
    ),
  );
}

export const bytes = (size) =>
  size < 1024
    ? `${size} B`
    : size < 1_048_576
      ? `${(size / 1024).toFixed(1)} KB`
      : `${(size / 1_048_576).toFixed(2)} MB`;

/** The attachments of a V1 message that no embed shows. */
export function attachments(message) {
  const shown = new Set(message.embeds.flatMap(({ image, thumbnail }) => [image?.url, thumbnail?.url]).map(path));
  const files = message.attachments.filter(({ url }) => !shown.has(path(url)));
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return [
    pictures.length > 0 &&
      gallery({
        items: pictures.map((file) => ({
          media: file,
          description: file.description,
          spoiler: (file.flags & 8) !== 0,
        })),
      }),
    ...others.map(({ url, filename, size }) => fileLink(url, filename, size)),
  ];
}

const path = (url) => url?.split("?")[0];
const isPicture = ({ content_type: type, width }) => Boolean(width) && (type ?? "").startsWith("image/");

export function embed(data) {
  const node = el(
    "article",
    { class: "embed" },
    el(
      "div",
      { class: "embed-text" },
      data.author && el("div", { class: "embed-author", text: data.author.name }),
      data.title &&
        el(
          "div",
          { class: "embed-title" },
          data.url
            ? el("a", { href: data.url, target: "_blank", rel: "noopener noreferrer" }, ...inline(data.title))
            : el("span", {}, ...inline(data.title)),
        ),
      data.description && el("div", { class: "markdown" }, ...markdown(data.description)),
      data.fields?.length > 0 &&
        el(
          "div",
          { class: "embed-fields" },
          ...data.fields.map(({ name, value, inline: beside }) =>
            el(
              "div",
              { class: beside ? "field beside" : "field" },
              el("div", { class: "field-name" }, ...inline(name)),
              el("div", { class: "markdown" }, ...markdown(value)),
            ),
          ),
        ),
      data.image && picture(data.image, {}, "tile"),
      data.footer && el("div", { class: "embed-footer", text: data.footer.text }),
    ),
    data.thumbnail && picture(data.thumbnail, {}, "thumbnail"),
  );
  if (typeof data.color === "number")
    node.style.setProperty("--accent", `#${data.color.toString(16).padStart(6, "0")}`);
  return node;
}

/** Whether a channel is a thread that is archived. */
export const isArchived = (channelId) => channel(channelId)?.thread_metadata?.archived === true;
