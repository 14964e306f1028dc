/** The list of messages of a channel or thread: redrawn on each change, in place, without losing the reader's place. */
import { avatar } from "./avatar.js";
import { el, icon, ICONS, morph } from "./dom.js";
import { firstText, messageNode } from "./message.js";
import { plainText } from "./markdown.js";
import {
  botName,
  channel,
  channelName,
  emit,
  isDirect,
  isThread,
  messagesOf,
  nameOf,
  on,
  state,
  threadsOf,
  visibleMessages,
} from "./store.js";
import { wordsOf } from "./toast.js";

/** @import { PageMessage, PageThread } from "../src/live/page-types.ts" */
/** @import { Pending } from "./store.js" */

/** Whoever is as near to the end as this is at the end, pixels. */
const NEAR = 120;

const LOG = { class: "messages", role: "log", "aria-label": "Messages", "aria-live": "polite" };

export class Timeline {
  /** @param {() => string | null} channelOf what it shows at the moment */
  constructor(channelOf) {
    this.channelOf = channelOf;
    this.list = el("ol", LOG);
    this.root = el("div", { class: "timeline", tabindex: 0 }, this.list);
    this.typing = el("div", { class: "typing", role: "status" });
    this.stick = true;
    this.scheduled = false;
    /** Where the end was when it was last looked at. */
    this.end = 0;
    // Against the end as it was: what has grown since was not scrolled away from.
    this.root.addEventListener("scroll", () => {
      this.stick = this.root.scrollTop > this.end - NEAR;
    });
    // Pictures, growing text and a growing composer push the end down; whoever was at the end stays there.
    const growth = new ResizeObserver(() => this.follow());
    for (const node of [this.list, this.root]) growth.observe(node);
    on("messages", (id) => id === this.channelOf() && this.schedule());
    on("typing", (id) => id === this.channelOf() && this.drawTyping());
    on("pending", () => this.schedule());
    // Whoever says something wants to see the end.
    on("sent", (id) => {
      if (id !== this.channelOf()) return;
      this.stick = true;
      this.follow();
    });
    setInterval(() => this.drawTyping(), 2000);
  }

  /** Shows the channel from its end. */
  open() {
    this.stick = true;
    this.list.replaceChildren();
    this.draw();
  }

  follow() {
    this.end = this.root.scrollHeight - this.root.clientHeight;
    if (this.stick) this.root.scrollTop = this.end;
  }

  /** Many changes in one frame make one redraw. */
  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  draw() {
    const id = this.channelOf();
    if (!id || !channel(id)) return;
    const next = el("ol", LOG, beginning(id));
    /** @type {PageMessage | null} */
    let before = null;
    for (const message of visibleMessages(id)) {
      if (message.type === 21) continue;
      const day = new Date(message.timestamp).toDateString();
      if (!before || new Date(before.timestamp).toDateString() !== day) {
        next.append(divider(message));
        before = null;
      }
      next.append(messageNode(message, before));
      before = message;
    }
    next.append(
      ...state.pending.filter(({ channelId, userId }) => channelId === id && userId === state.me).map(pendingNode),
    );
    morph(this.list, next);
    this.follow();
    this.drawTyping();
  }

  drawTyping() {
    const now = Date.now();
    const typists = [...(state.typing.get(this.channelOf() ?? "") ?? [])].filter(
      ([id, until]) => until > now && id !== state.me,
    );
    const names = typists.map(([id]) => nameOf(id));
    this.typing.replaceChildren();
    if (names.length === 0) return;
    const dots = el("span", { class: "typing-dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
    this.typing.append(
      dots,
      el("span", {}, el("strong", { text: names.join(", ") }), names.length > 1 ? " are typing…" : " is typing…"),
    );
  }

  /**
   * Brings a message into view and marks it for a moment.
   * @param {string} messageId
   */
  reveal(messageId) {
    const node = this.list.querySelector(`[data-id="${CSS.escape(messageId)}"]`);
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.animate([{ backgroundColor: "rgb(88 101 242 / 30%)" }, { backgroundColor: "transparent" }], 1800);
  }
}

/** @param {PageMessage} message */
function divider(message) {
  const date = new Date(message.timestamp);
  const text = date.toLocaleDateString(undefined, { dateStyle: "long" });
  return el("li", { class: "day", data: { key: `day-${date.toDateString()}` } }, el("span", { text }));
}

/** @param {string} id of a channel that is there */
function beginning(id) {
  const here = channel(id);
  if (isThread(here)) return threadBeginning(here);
  if (!here || isDirect(here)) {
    const others = here ? channelName(here) : botName();
    return el(
      "li",
      { class: "beginning", data: { key: "beginning" } },
      el("h2", { text: others }),
      el("p", { class: "muted", text: `This is the beginning of your direct message history with ${others}.` }),
    );
  }
  return el(
    "li",
    { class: "beginning", data: { key: "beginning" } },
    el("span", { class: "big-hash" }, icon(ICONS.hash, 40)),
    el("h2", { text: `Welcome to #${channelName(here)}!` }),
    el("p", { class: "muted", text: `This is the start of the #${channelName(here)} channel. ${here.topic ?? ""}` }),
  );
}

/**
 * What a thread grew from stands at its top.
 * @param {PageThread} thread
 */
function threadBeginning(thread) {
  const starter = messagesOf(thread.parent_id).get(thread.id);
  return el(
    "li",
    { class: "beginning", data: { key: "beginning" } },
    el("span", { class: "big-hash" }, icon(ICONS.thread, 34)),
    el("h2", { text: thread.name }),
    el("p", { class: "muted" }, "Started by ", el("strong", { text: nameOf(thread.owner_id) })),
    starter &&
      el(
        "div",
        { class: "starter" },
        avatar(starter.author.id, 24),
        el("span", { class: "snippet", text: plainText(firstText(starter)).slice(0, 160) }),
      ),
  );
}

/** @param {Pending} pending */
function pendingNode(pending) {
  const { error } = pending;
  return el(
    "li",
    { class: `message headed ${error === null ? "sending" : "failed"}`, data: { key: pending.key } },
    el(
      "div",
      { class: "origin" },
      avatar(pending.userId, 16),
      el("span", { class: "author", text: nameOf(pending.userId) }),
      el("span", { class: "muted", text: "used" }),
      el("span", { class: "mention", text: pending.label }),
    ),
    el("span", { class: "face" }, avatar(state.botId, 40)),
    el(
      "div",
      { class: "content" },
      el(
        "div",
        { class: "head" },
        el("span", { class: "author", text: botName() }),
        el("span", { class: "app-tag", text: "APP" }),
      ),
      error === null
        ? el(
            "div",
            { class: "thinking" },
            el("span", { class: "typing-dots" }, el("i"), el("i"), el("i")),
            el("span", { text: "Sending command…" }),
          )
        : el("div", { class: "failure", text: error }),
      error !== null &&
        el(
          "div",
          { class: "only-you" },
          icon(ICONS.eye, 16),
          " Only you can see this • ",
          el("button", {
            class: "plain",
            type: "button",
            data: { action: "drop-pending", pending: pending.key },
            text: "Dismiss message",
          }),
        ),
    ),
  );
}

let nextKey = 1;

/**
 * Shows that a command is on its way, until it is answered; keeps the error when it is not.
 * @template Answer
 * @param {{ channelId: string, label: string }} what
 * @param {() => Promise<Answer>} work
 * @returns {Promise<Answer | null>}
 */
export async function whileSending({ channelId, label }, work) {
  /** @type {Pending} */
  const pending = { key: `pending-${nextKey}`, channelId, userId: state.me, label, error: null };
  nextKey += 1;
  state.pending.push(pending);
  emit("pending");
  emit("sent", channelId);
  try {
    const answer = await work();
    dropPending(pending.key);
    return answer;
  } catch (error) {
    pending.error = wordsOf(error);
    emit("pending");
    return null;
  }
}

/** @param {string} key */
export function dropPending(key) {
  state.pending = state.pending.filter((pending) => pending.key !== key);
  emit("pending");
}

/**
 * Threads that are open, or in which somebody looks.
 * @param {string} channelId
 */
export const listedThreads = (channelId) =>
  threadsOf(channelId).filter(({ id, thread_metadata: { archived } }) => !archived || id === state.threadId);
