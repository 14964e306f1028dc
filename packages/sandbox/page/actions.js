/** What clicks mean: one listener for everything that carries a `data-action`. */
import { labelOf } from "./command-words.js";
import { chosenIn, closest, el, icon, ICONS } from "./dom.js";
import { EMOJI, emoji, MEDAL_NAMES } from "./emoji.js";
import { showPicture } from "./lightbox.js";
import { isArchived } from "./component.js";
import { showModal } from "./modal.js";
import { closePopup, popup } from "./popup.js";
import {
  act,
  channel,
  emit,
  isThread,
  may,
  messagesOf,
  openChannel,
  openThread,
  sees,
  state,
  threadsOf,
} from "./store.js";
import { dropPending, whileSending } from "./timeline.js";
import { toast, wordsOf } from "./toast.js";

/** @import { PageCommand, PageMessage, PageThread } from "../src/live/page-types.ts" */

/** The type of the message that says that a thread was started. */
const STARTED_THREAD = 18;

/**
 * Does something for a click; what goes wrong is said.
 * @template Result
 * @param {() => Promise<Result>} work
 */
const attempt = async (work) => {
  try {
    return await work();
  } catch (error) {
    toast(wordsOf(error));
    return null;
  }
};

/**
 * The message around an element.
 * @param {HTMLElement} node
 */
function messageAt(node) {
  /** @type {HTMLElement | null} */
  const around = node.closest("[data-id]");
  return messagesOf(around?.dataset["channel"] ?? "").get(around?.dataset["id"] ?? "");
}

/** @param {PageMessage} message */
const where = ({ id, channel_id: channelId }) => ({ message: id, channel: channelId });

/**
 * @param {HTMLElement} node
 * @param {PageMessage} message
 * @param {readonly string[]} [values]
 */
async function press(node, message, values = []) {
  node.dataset["busy"] = "";
  const answer = await attempt(() => act("press", { ...where(message), control: node.dataset["control"], values }));
  delete node.dataset["busy"];
  if (answer?.modal) showModal(answer.modal);
}

/**
 * @param {PageMessage} message
 * @param {string} kind
 */
const toggleReaction = (message, kind) => {
  const mine = message.reactors.find(({ emoji }) => emoji === kind)?.users.includes(state.me);
  return attempt(() => act("react", { ...where(message), emoji: kind, on: !mine }));
};

/**
 * @param {HTMLElement} anchor
 * @param {PageMessage} message
 */
function pickEmoji(anchor, message) {
  const grid = el("div", { class: "emoji-grid" });
  const search = el("input", { type: "search", placeholder: "Find the perfect emoji", "aria-label": "Find an emoji" });
  const draw = () => {
    const words = search.value.toLowerCase();
    grid.replaceChildren(
      ...EMOJI.filter(([kind, names]) => names.includes(words) || kind === words).map(([kind, names]) =>
        el(
          "button",
          {
            type: "button",
            class: "menu-item",
            title: names,
            "aria-label": names,
            on: { click: () => void toggleReaction(message, kind) },
          },
          emoji(kind, 22),
        ),
      ),
    );
  };
  search.addEventListener("input", draw);
  draw();
  popup(anchor, [search, grid], "below", "emoji-picker");
}

/**
 * A line of a menu.
 * @param {string} label
 * @param {() => void} run
 * @param {{ danger?: boolean, disabled?: boolean, glyph?: Node }} [extra]
 */
function item(label, run, extra = {}) {
  return el(
    "button",
    {
      class: `menu-item${extra.danger ? " danger" : ""}`,
      type: "button",
      role: "menuitem",
      disabled: extra.disabled,
      on: { click: run },
    },
    el("span", { text: label }),
    extra.glyph,
  );
}

/**
 * The context menu of a message: reactions, apps, deleting; and the picture's own lines when it was opened on one.
 * @param {HTMLElement | { x: number, y: number }} anchor
 * @param {PageMessage} message
 * @param {HTMLImageElement | null} [img]
 */
function messageMenu(anchor, message, img = null) {
  const here = message.channel_id;
  const apps = state.commands.filter((command) => command.type === 3 && sees(command, here));
  const archived = isArchived(here);
  const ephemeral = Boolean(message.ephemeral_for);
  /** @param {PageCommand} app */
  const use = async (app) => {
    const answer = await whileSending({ channelId: here, label: labelOf(app) }, () =>
      act("menu", { ...where(message), command: app.name }),
    );
    if (answer?.modal) showModal(answer.modal);
  };
  const mayDelete = ephemeral || message.author.id === state.me || may(here, "manageMessages");
  const text = message.content;
  popup(anchor, [
    !archived &&
      !ephemeral &&
      may(here, "react") &&
      el(
        "div",
        { class: "quick-row" },
        ...MEDAL_NAMES.map((kind) =>
          el(
            "button",
            {
              class: "menu-item",
              type: "button",
              "aria-label": `React with ${kind}`,
              on: { click: () => void toggleReaction(message, kind) },
            },
            emoji(kind, 24),
          ),
        ),
      ),
    apps.length > 0 && !ephemeral && el("div", { class: "menu-title", text: "Apps" }),
    ...(ephemeral
      ? []
      : apps.map((app) =>
          item(labelOf(app), () => void use(app), {
            glyph: el("img", { src: "/page/icon.svg", alt: "", width: 20, height: 20 }),
          }),
        )),
    el("hr"),
    img && item("Open picture in a new tab", () => void window.open(img.src, "_blank", "noopener")),
    text && item("Copy text", () => void navigator.clipboard?.writeText(text)),
    item("Copy message ID", () => void navigator.clipboard?.writeText(message.id)),
    message.reactors.length > 0 &&
      may(here, "manageMessages") &&
      item("Remove all reactions", () => void attempt(() => act("clear-reactions", where(message))), {
        danger: true,
      }),
    mayDelete && item("Delete message", () => void attempt(() => act("delete", where(message))), { danger: true }),
  ]);
}

/**
 * The menu of a thread.
 * @param {HTMLElement} anchor
 * @param {PageThread} thread
 */
export function threadMenu(anchor, thread) {
  /** @param {string} name */
  const deed = (name) => () => void attempt(() => act(name, { channel: thread.id }));
  const { archived } = thread.thread_metadata;
  const mine = thread.owner_id === state.me || may(thread.id, "manageThreads");
  popup(anchor, [
    item("Join thread", deed("join-thread"), { disabled: archived }),
    archived
      ? item("Unarchive thread", deed("unarchive-thread"))
      : item("Archive thread", deed("archive-thread"), { disabled: !mine }),
    item("Delete thread", deed("delete-thread"), { danger: true, disabled: !may(thread.id, "manageThreads") }),
  ]);
}

/**
 * All threads of a channel, archived ones too.
 * @param {HTMLElement} anchor
 * @param {string} channelId
 */
export function threadList(anchor, channelId) {
  const threads = threadsOf(channelId).reverse();
  /** @param {PageThread} thread */
  const row = (thread) =>
    el(
      "button",
      { class: "menu-item", type: "button", on: { click: () => openThread(thread.id) } },
      icon(ICONS.thread, 18),
      el("span", { text: thread.name }),
      thread.thread_metadata.archived && el("small", { class: "muted", text: "archived" }),
    );
  popup(anchor, [
    el("div", { class: "menu-title", text: "Threads" }),
    ...(threads.length > 0
      ? threads.map(row)
      : [el("p", { class: "muted small pad", text: "There are no threads yet." })]),
  ]);
}

/**
 * @param {string} channelId
 * @param {string} messageId empty: only the channel
 */
function jump(channelId, messageId) {
  const target = channel(channelId);
  if (!target) return toast("That is gone.");
  if (isThread(target)) openThread(channelId);
  else if (state.channelId !== channelId) openChannel(channelId);
  if (messageId) setTimeout(() => emit("reveal", { channelId, messageId }), 60);
}

/**
 * What is done to the message around an element.
 * @type {Readonly<Record<string, (node: HTMLElement, message: PageMessage) => void>>}
 */
const ON_MESSAGE = {
  press: (node, message) => void press(node, message),
  react: (node, message) => void toggleReaction(message, node.dataset["emoji"] ?? ""),
  "pick-emoji": pickEmoji,
  menu: (node, message) => messageMenu(node, message),
  dismiss: (_, message) => void attempt(() => act("delete", where(message))),
};

/** @type {Readonly<Record<string, (node: HTMLElement) => void>>} */
const ACTIONS = {
  "open-thread": ({ dataset }) => openThread(dataset["thread"] ?? null),
  jump: ({ dataset }) => jump(dataset["channel"] ?? "", dataset["message"] ?? ""),
  "drop-pending": ({ dataset }) => dropPending(dataset["pending"] ?? ""),
  spoiler: (node) => node.setAttribute("data-shown", ""),
  picture(node) {
    const hidden = node.closest(".hidden-media:not([data-shown])");
    const img = pictureIn(node);
    if (hidden) hidden.setAttribute("data-shown", "");
    else if (img) showPicture(img);
  },
};

/**
 * @param {Element | null} node
 * @returns {HTMLImageElement | null}
 */
const pictureIn = (node) => node?.querySelector("img") ?? null;

export function startActions() {
  document.addEventListener("click", (event) => {
    const node = closest(event, "[data-action]");
    if (!node || node.tagName === "SELECT") return;
    if (node.tagName === "A") event.preventDefault();
    const action = node.dataset["action"] ?? "";
    const message = messageAt(node);
    if (message) ON_MESSAGE[action]?.(node, message);
    ACTIONS[action]?.(node);
  });
  document.addEventListener("change", (event) => {
    const node = closest(event, "[data-action='select']");
    const message = node && messageAt(node);
    const values = node instanceof HTMLSelectElement ? chosenIn(node) : [];
    const mayBeNone = node?.dataset["none"] !== undefined;
    if (message && (values.length > 0 || mayBeNone)) void press(node, message, values);
  });
  document.addEventListener("contextmenu", (event) => {
    const node = closest(event, ".message[data-id]");
    const message = node && messageAt(node);
    if (!message || message.type === STARTED_THREAD || closest(event, "a, input, textarea")) return;
    event.preventDefault();
    messageMenu({ x: event.clientX, y: event.clientY }, message, pictureIn(closest(event, ".picture")));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") closest(event, ".spoiler")?.click();
  });
  document.addEventListener("visibilitychange", closePopup);
}
