/** Message components, V1 and V2. Redrawn often: everything a person does goes through delegated `data-action`s. */
import { cssColor, el, icon, ICONS } from "./dom.js";
import { emoji } from "./emoji.js";
import { inline, markdown } from "./markdown.js";
import { COMPONENT } from "./numbers.js";
import { channel, channelName, local, people, state } from "./store.js";

/** @import { ButtonData, GalleryData, PageAttachment, PageChoice, PageComponent, PageEmbed, PageMedia, PageMessage, PictureWords, SelectData } from "../src/live/page-types.ts" */

/** @type {Readonly<Record<number, string>>} */
const STYLE = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };
const LINK = 5;

/**
 * One component of a message.
 * @param {PageComponent} data
 * @returns {HTMLElement}
 */
export function component(data) {
  switch (data.type) {
    case COMPONENT.actionRow:
      return el("div", { class: "row" }, ...data.components.map(component));
    case COMPONENT.button:
      return button(data);
    case COMPONENT.stringSelect:
    case COMPONENT.userSelect:
    case COMPONENT.roleSelect:
    case COMPONENT.mentionableSelect:
    case COMPONENT.channelSelect:
      return select(data);
    case COMPONENT.section:
      return el(
        "div",
        { class: "section" },
        el("div", { class: "section-text" }, ...data.components.map(component)),
        el("div", { class: "accessory" }, component(data.accessory)),
      );
    case COMPONENT.textDisplay:
      return el("div", { class: "markdown" }, ...markdown(data.content));
    case COMPONENT.thumbnail:
      return picture(data.media, data, "thumbnail");
    case COMPONENT.mediaGallery:
      return gallery(data);
    case COMPONENT.file: {
      const { url } = data.file;
      return fileLink(url, decodeURIComponent(new URL(url, location.href).pathname.split("/").pop() ?? ""));
    }
    case COMPONENT.separator: {
      const classes = ["separator", data.divider === false && "bare", data.spacing === 2 && "wide"];
      return el("hr", { class: classes.filter(Boolean).join(" ") });
    }
    case COMPONENT.container: {
      const node = el(
        "div",
        { class: `container${data.spoiler ? " hidden-media" : ""}` },
        ...data.components.map(component),
      );
      if (typeof data.accent_color === "number") node.style.setProperty("--accent", cssColor(data.accent_color));
      return node;
    }
    default:
      return el("div", { class: "muted", text: "(a component that this page does not know)" });
  }
}

/** @param {ButtonData} data */
function button(data) {
  const content = [data.emoji && emoji(data.emoji.name), data.label && el("span", { text: data.label })];
  if (data.style === LINK)
    return el("a", { class: "button link", href: data.url, target: "_blank", rel: "noopener noreferrer" }, ...content);
  return el(
    "button",
    {
      class: `button ${STYLE[data.style]}`,
      type: "button",
      disabled: data.disabled,
      data: { action: "press", control: data.custom_id ?? "", key: data.custom_id ?? "" },
    },
    ...content,
  );
}

/**
 * The choices of a menu: its own options, or people, roles or channels.
 * @param {SelectData} data
 * @returns {readonly PageChoice[]}
 */
export function menuOptions(data) {
  if (data.type === COMPONENT.stringSelect) return data.options ?? [];
  const chosen = new Set(data.default_values?.map(({ id }) => id));
  /** @param {{ id: string, name: string }} entry */
  const choice = ({ id, name }) => ({ value: id, label: name, default: chosen.has(id) });
  const users = people().map(choice);
  const roles = [...state.roles.values()].map(choice);
  if (data.type === COMPONENT.userSelect) return users;
  if (data.type === COMPONENT.roleSelect) return roles;
  if (data.type === COMPONENT.mentionableSelect) return [...users, ...roles];
  return [...state.channels.values()]
    .filter(
      ({ type, guild_id: guild }) => guild === state.guild.id && (data.channel_types?.includes(type) ?? type === 0),
    )
    .map((channel) => choice({ id: channel.id, name: `# ${channelName(channel)}` }));
}

/** @param {SelectData} data */
function select(data) {
  const several = (data.max_values ?? 1) > 1;
  return el(
    "select",
    {
      class: "select",
      disabled: data.disabled,
      multiple: several,
      "aria-label": data.placeholder ?? "Make a selection",
      data: {
        action: "select",
        control: data.custom_id,
        key: data.custom_id,
        ...(data.min_values === 0 && { none: "" }),
      },
    },
    !several && el("option", { value: "", text: data.placeholder ?? "Make a selection" }),
    ...menuOptions(data).map((option) =>
      el("option", { value: option.value, selected: option.default, title: option.description, text: option.label }),
    ),
  );
}

/** @param {Pick<GalleryData, "items">} data */
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

/**
 * A picture that opens large; hidden until it is clicked when it is a spoiler.
 * @param {PageMedia} media
 * @param {PictureWords} words
 * @param {"tile" | "thumbnail"} kind
 * @param {string} [key]
 */
function picture(media, { description, spoiler = false }, kind, key) {
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

/**
 * @param {string} url
 * @param {string} name
 * @param {number} [size] bytes
 */
function fileLink(url, name, size) {
  return el(
    "a",
    { class: "file", href: local(url), download: name },
    icon(ICONS.upload, 24),
    el(
      "span",
      {},
      el("span", { class: "file-name", text: name }),
      size !== undefined && el("span", { class: "muted", text: bytes(size) }),
    ),
  );
}

/** @param {number} size */
export const bytes = (size) =>
  size < 1024
    ? `${size} B`
    : size < 1_048_576
      ? `${(size / 1024).toFixed(1)} KB`
      : `${(size / 1_048_576).toFixed(2)} MB`;

/**
 * The attachments of a V1 message that no embed shows.
 * @param {PageMessage} message
 */
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
          description: file.description ?? null,
          spoiler: (file.flags & 8) !== 0,
        })),
      }),
    ...others.map(({ url, filename, size }) => fileLink(url, filename, size)),
  ];
}

/** @param {string | undefined} url */
const path = (url) => url?.split("?")[0];
/** @param {PageAttachment} file */
const isPicture = ({ content_type: type, width }) => Boolean(width) && (type ?? "").startsWith("image/");

/** @param {PageEmbed} data */
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
      data.fields?.length
        ? el(
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
          )
        : null,
      data.image && picture(data.image, {}, "tile"),
      data.footer && el("div", { class: "embed-footer", text: data.footer.text }),
    ),
    data.thumbnail && picture(data.thumbnail, {}, "thumbnail"),
  );
  if (typeof data.color === "number") node.style.setProperty("--accent", cssColor(data.color));
  return node;
}

/**
 * Whether a channel is a thread that is archived.
 * @param {string} channelId
 */
export const isArchived = (channelId) => channel(channelId)?.thread_metadata?.archived === true;
