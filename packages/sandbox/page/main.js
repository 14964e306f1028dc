/** The page: a Discord on this machine, to try the bot in. */
import { startActions, threadList, threadMenu } from "./actions.js";
import { byId, el, icon, ICONS } from "./dom.js";
import { startSidebar, showMenu } from "./sidebar.js";
import { channel, channelName, connect, isDirect, isThread, on, openThread, state } from "./store.js";
import { startClock } from "./time.js";
import { View } from "./view.js";

/**
 * @param {string} label
 * @param {string} path
 * @param {(event: { currentTarget: HTMLElement }) => void} click
 */
const iconButton = (label, path, click, extra = "") =>
  el(
    "button",
    { class: `icon-button ${extra}`, type: "button", "aria-label": label, title: label, on: { click } },
    icon(path, 22),
  );

const chat = new View(
  byId("chat"),
  () => state.channelId,
  (here) => [
    el(
      "button",
      {
        class: "icon-button only-narrow",
        type: "button",
        "aria-label": "Show channels",
        on: { click: () => showMenu(true) },
      },
      icon(ICONS.menu, 24),
    ),
    isDirect(here) ? el("span", { class: "glyph", text: "@" }) : icon(ICONS.hash, 24),
    el("h2", { text: channelName(here) }),
    here.topic && el("span", { class: "topic", text: here.topic }),
    el("span", { class: "spring" }),
    !isDirect(here) && iconButton("Threads", ICONS.thread, (event) => threadList(event.currentTarget, here.id)),
    iconButton(
      "Show or hide the member list",
      ICONS.people,
      () => document.body.classList.toggle("members-closed"),
      "only-wide",
    ),
  ],
);

const panel = new View(
  byId("panel"),
  () => state.threadId,
  (thread) => {
    if (!isThread(thread)) return [];
    const { archived } = thread.thread_metadata;
    return [
      icon(ICONS.thread, 22),
      el("h2", { text: thread.name }),
      archived && el("span", { class: "badge", text: "Archived" }),
      el("span", { class: "spring" }),
      iconButton("Thread menu", ICONS.dots, (event) => threadMenu(event.currentTarget, thread)),
      iconButton("Close the thread", ICONS.close, () => openThread(null)),
    ];
  },
);

const NOWHERE = { channelId: "", threadId: /** @type {string | null} */ (null) };

let shown = NOWHERE;

function navigate() {
  const { channelId, threadId } = state;
  byId("panel").hidden = threadId === null;
  document.body.classList.toggle("with-thread", threadId !== null);
  if (shown.channelId !== channelId) chat.open();
  if (threadId !== null && shown.threadId !== threadId) panel.open();
  shown = { channelId, threadId };
  const here = channel(threadId ?? channelId);
  if (here) document.title = `${channelName(here)} · ${state.guild.name} sandbox`;
}

function drawAll() {
  shown = NOWHERE;
  navigate();
}

on("ready", () => {
  byId("boot").hidden = true;
  byId("app").hidden = false;
  drawAll();
  chat.composer.box.focus();
});
on("all", drawAll);
on("navigate", navigate);
on("channels", () => {
  chat.drawHeader();
  if (state.threadId !== null) panel.drawHeader();
});
on("connection", (connected) => {
  byId("boot").textContent = connected ? "" : "The sandbox is gone. Waiting for it to come back…";
  byId("boot").hidden = connected || !state.ready;
});
on("reveal", ({ channelId, messageId }) => (channelId === state.threadId ? panel : chat).timeline.reveal(messageId));

startSidebar();
startActions();
startClock();
connect();
