/** The page: a Discord on this machine, to try the bot in. */
import { startActions, threadList, threadMenu } from "./actions.js";
import { el, icon, ICONS } from "./dom.js";
import { startSidebar, showMenu } from "./sidebar.js";
import { botName, channel, connect, on, openThread, state } from "./store.js";
import { startClock } from "./time.js";
import { View } from "./view.js";

const byId = (id) => document.querySelector(`#${id}`);

const iconButton = (label, path, click, extra = "") =>
  el(
    "button",
    { class: `icon-button ${extra}`, type: "button", "aria-label": label, title: label, on: { click } },
    icon(path, 22),
  );

const chat = new View(
  byId("chat"),
  () => state.channelId,
  () => {
    const here = channel(state.channelId);
    return [
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
      here.recipient_id ? el("span", { class: "glyph", text: "@" }) : icon(ICONS.hash, 24),
      el("h2", { text: here.recipient_id ? botName() : here.name }),
      here.topic && el("span", { class: "topic", text: here.topic }),
      el("span", { class: "spring" }),
      !here.recipient_id && iconButton("Threads", ICONS.thread, (event) => threadList(event.currentTarget, here.id)),
      iconButton(
        "Show or hide the member list",
        ICONS.people,
        () => document.body.classList.toggle("members-closed"),
        "only-wide",
      ),
    ].filter(Boolean);
  },
);

const panel = new View(
  byId("panel"),
  () => state.threadId,
  () => {
    const thread = channel(state.threadId);
    const { archived } = thread.thread_metadata;
    return [
      icon(ICONS.thread, 22),
      el("h2", { text: thread.name }),
      archived && el("span", { class: "badge", text: "Archived" }),
      el("span", { class: "spring" }),
      iconButton("Thread menu", ICONS.dots, (event) => threadMenu(event.currentTarget, thread)),
      iconButton("Close the thread", ICONS.close, () => openThread(null)),
    ].filter(Boolean);
  },
);

let shown = { channelId: null, threadId: null };

function navigate() {
  const { channelId, threadId } = state;
  byId("panel").hidden = threadId === null;
  document.body.classList.toggle("with-thread", threadId !== null);
  if (shown.channelId !== channelId) chat.open();
  if (threadId !== null && shown.threadId !== threadId) panel.open();
  shown = { channelId, threadId };
  document.title = `${channel(threadId ?? channelId).name} · ${state.guild.name} sandbox`;
}

function drawAll() {
  shown = { channelId: null, threadId: null };
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
