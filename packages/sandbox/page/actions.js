/** What clicks mean: one listener for everything that carries a `data-action`. */
import { el, icon, ICONS } from "./dom.js";
import { EMOJI, emoji } from "./emoji.js";
import { showPicture } from "./lightbox.js";
import { showModal } from "./modal.js";
import { closePopup, popup } from "./popup.js";
import { act, channel, emit, may, messagesOf, openChannel, openThread, state, threadsOf } from "./store.js";
import { dropPending, whileSending } from "./timeline.js";
import { toast } from "./toast.js";

/** Does something for a click; what goes wrong is said. */
const attempt = async (work) => {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return null;
  }
};

function messageAt(node) {
  const { id, channel: channelId } = node.closest("[data-id]").dataset;
  return messagesOf(channelId).get(id);
}

const where = ({ id, channel_id: channelId }) => ({ message: id, channel: channelId });

async function press(node, values = []) {
  const message = messageAt(node);
  node.dataset.busy = "";
  const answer = await attempt(() => act("press", { ...where(message), control: node.dataset.control, values }));
  delete node.dataset.busy;
  if (answer?.modal) showModal(answer.modal, message.channel_id);
}

const toggleReaction = (message, kind) => {
  const mine = message.reactors.find(({ emoji }) => emoji === kind)?.users.includes(state.me);
  return attempt(() => act("react", { ...where(message), emoji: kind, on: !mine }));
};

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

/** The context menu of a message: reactions, apps, deleting; and the picture's own lines when it was opened on one. */
export function messageMenu(anchor, message, img = null) {
  const apps = state.commands.filter(({ type }) => type === 3);
  const here = message.channel_id;
  const archived = channel(here)?.thread_metadata?.archived;
  const ephemeral = Boolean(message.ephemeral_for);
  const use = async (name) => {
    const answer = await whileSending({ channelId: here, label: name }, () =>
      act("menu", { ...where(message), command: name }),
    );
    if (answer?.modal) showModal(answer.modal, here);
  };
  const mayDelete = ephemeral || message.author.id === state.me || may(here, "manageMessages");
  const text = message.content;
  popup(
    anchor,
    [
      !archived &&
        !ephemeral &&
        may(here, "react") &&
        el(
          "div",
          { class: "quick-row" },
          ...["🥇", "🥈", "🥉"].map((kind) =>
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
        : apps.map(({ name }) =>
            item(name, () => void use(name), {
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
    ].filter(Boolean),
  );
}

/** The menu of a thread. */
export function threadMenu(anchor, thread) {
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

/** All threads of a channel, archived ones too. */
export function threadList(anchor, channelId) {
  const threads = threadsOf(channelId).reverse();
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

function jump({ channel: channelId, message: messageId }) {
  const target = channel(channelId);
  if (!target) return toast("That is gone.");
  if (target.thread_metadata) openThread(channelId);
  else if (state.channelId !== channelId) openChannel(channelId);
  if (messageId) setTimeout(() => emit("reveal", { channelId, messageId }), 60);
}

const ACTIONS = {
  press: (node) => void press(node),
  react: (node) => void toggleReaction(messageAt(node), node.dataset.emoji),
  "pick-emoji": (node) => pickEmoji(node, messageAt(node)),
  menu: (node) => messageMenu(node, messageAt(node)),
  "open-thread": (node) => openThread(node.dataset.thread),
  jump: (node) => jump(node.dataset),
  dismiss: (node) => void attempt(() => act("delete", where(messageAt(node)))),
  "drop-pending": (node) => dropPending(node.dataset.pending),
  spoiler: (node) => node.setAttribute("data-shown", ""),
  picture(node) {
    const hidden = node.closest(".hidden-media:not([data-shown])");
    if (hidden) hidden.setAttribute("data-shown", "");
    else showPicture(node.querySelector("img"));
  },
};

export function startActions() {
  document.addEventListener("click", (event) => {
    const node = event.target.closest?.("[data-action]");
    if (!node || node.tagName === "SELECT") return;
    if (node.tagName === "A") event.preventDefault();
    ACTIONS[node.dataset.action]?.(node);
  });
  document.addEventListener("change", (event) => {
    const node = event.target.closest?.("[data-action='select']");
    const values = node && [...node.selectedOptions].map(({ value }) => value).filter(Boolean);
    if (values?.length > 0) void press(node, values);
  });
  document.addEventListener("contextmenu", (event) => {
    const node = event.target.closest?.(".message[data-id]");
    const message = node && messageAt(node);
    if (!message || message.type === 18 || event.target.closest("a, input, textarea")) return;
    event.preventDefault();
    messageMenu({ x: event.clientX, y: event.clientY }, message, event.target.closest(".picture")?.querySelector("img"));
  });
  document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(".spoiler")) event.target.click();
  });
  document.addEventListener("visibilitychange", closePopup);
}
