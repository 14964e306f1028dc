/** One message of a timeline. */
import { avatar } from "./avatar.js";
import { attachments, component, embed, isArchived } from "./component.js";
import { usedLabel } from "./command-words.js";
import { cssColor, el, icon, ICONS } from "./dom.js";
import { emoji, MEDAL_NAMES } from "./emoji.js";
import { markdown, plainText } from "./markdown.js";
import { COMPONENT } from "./numbers.js";
import { channel, isThread, may, messagesOf, nameOf, state, user } from "./store.js";
import { clockTime, longTime, messageTime } from "./time.js";

/** @import { PageComponent, PageMessage } from "../src/live/page-types.ts" */

const FLAG = { ephemeral: 64, loading: 128, v2: 32_768 };
const GROUP_MS = 7 * 60_000;

/**
 * Whether a message stands under the head of the one before it.
 * @param {PageMessage} message
 * @param {PageMessage | null} before
 */
function continues(message, before) {
  return Boolean(
    before &&
    before.author.id === message.author.id &&
    message.type === 0 &&
    ![18, 21].includes(before.type) &&
    !message.interaction_metadata &&
    (before.flags & FLAG.ephemeral) === (message.flags & FLAG.ephemeral) &&
    Date.parse(message.timestamp) - Date.parse(before.timestamp) < GROUP_MS,
  );
}

/**
 * A name in the colour of its role.
 * @param {string} userId
 */
function name(userId) {
  const node = el("span", { class: "author", text: nameOf(userId) });
  const color = user(userId)?.color;
  if (color) node.style.color = cssColor(color);
  return node;
}

const tag = () => el("span", { class: "app-tag", text: "APP" });

/**
 * What stands above a message: who used which command, or what it answers.
 * @param {PageMessage} message
 */
function origin(message) {
  const used = message.interaction_metadata;
  if (used?.name && message.type !== 19) {
    const by = used.user.id;
    const label = usedLabel(used.name, used.command_type ?? 1);
    return el(
      "div",
      { class: "origin" },
      avatar(by, 16),
      name(by),
      el("span", { class: "muted", text: "used" }),
      el("span", { class: "mention", text: used.command_type === 3 ? label : `/${label}` }),
    );
  }
  if (message.type !== 19 || !message.message_reference) return null;
  const { channel_id: channelId, message_id: messageId = "" } = message.message_reference;
  const target = messagesOf(channelId).get(messageId);
  if (!target)
    return el("div", { class: "origin" }, el("em", { class: "muted", text: "Original message was deleted" }));
  const words = plainText(firstText(target)).slice(0, 120) || "Click to see attachment";
  return el(
    "button",
    { class: "origin", type: "button", data: { action: "jump", channel: target.channel_id, message: target.id } },
    avatar(target.author.id, 16),
    name(target.author.id),
    el("span", { class: "snippet", text: words }),
  );
}

/**
 * The first words of a message, also of one made of components.
 * @param {PageMessage} message
 */
export const firstText = (message) => message.content || textIn(message.components);

/**
 * @param {readonly PageComponent[]} components
 * @returns {string}
 */
function textIn(components) {
  for (const item of components) {
    const text =
      item.type === COMPONENT.textDisplay ? item.content : "components" in item ? textIn(item.components) : "";
    if (text) return text;
  }
  return "";
}

/** @param {PageMessage} message */
function reactions(message) {
  if (message.reactors.length === 0) return null;
  const archived = isArchived(message.channel_id);
  return el(
    "div",
    { class: "reactions" },
    ...message.reactors.map(({ emoji: kind, users }) => {
      const mine = users.includes(state.me);
      const who = users.map(nameOf).join(", ");
      return el(
        "button",
        {
          class: mine ? "reaction mine" : "reaction",
          type: "button",
          disabled: archived,
          "aria-pressed": mine ? "true" : "false",
          "aria-label": `${kind}, ${users.length}, reacted by ${who}`,
          title: who,
          data: { action: "react", emoji: kind, key: kind },
        },
        emoji(kind, 16),
        el("span", { class: "count", text: String(users.length) }),
      );
    }),
    !archived &&
      may(message.channel_id, "react") &&
      el(
        "button",
        { class: "reaction add", type: "button", "aria-label": "Add reaction", data: { action: "pick-emoji" } },
        icon(ICONS.smile, 18),
      ),
  );
}

/**
 * The card of a thread under the message it grew from.
 * @param {PageMessage} message
 */
function threadCard(message) {
  const thread = channel(message.id);
  if (!isThread(thread)) return null;
  const said = [...messagesOf(thread.id).values()].filter(({ type, ephemeral_for: only }) => type !== 21 && !only);
  const last = said.at(-1);
  const archived = thread.thread_metadata.archived;
  const count = said.length;
  return el(
    "button",
    { class: "thread-card", type: "button", data: { action: "open-thread", thread: thread.id } },
    el(
      "span",
      { class: "thread-head" },
      el("strong", { text: thread.name }),
      el("span", {
        class: "thread-open",
        text: archived ? "Archived ›" : `${count} ${count === 1 ? "Message" : "Messages"} ›`,
      }),
    ),
    last
      ? el(
          "span",
          { class: "thread-last" },
          avatar(last.author.id, 16),
          name(last.author.id),
          el("span", { class: "snippet", text: plainText(firstText(last)).slice(0, 90) || "sent a picture" }),
        )
      : el("span", { class: "thread-last muted", text: "There are no recent messages in this thread." }),
  );
}

/** @param {PageMessage} message */
function body(message) {
  if ((message.flags & FLAG.loading) !== 0)
    return [
      el(
        "div",
        { class: "thinking" },
        el("span", { class: "typing-dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
        el("span", { text: `${nameOf(message.author.id)} is thinking…` }),
      ),
    ];
  const edited = message.edited_timestamp
    ? el("small", { class: "edited", title: longTime(new Date(message.edited_timestamp)), text: "(edited)" })
    : null;
  const text = message.content ? el("div", { class: "markdown" }, ...markdown(message.content)) : null;
  if (text && edited) (text.lastElementChild ?? text).append(" ", edited);
  const v2 = (message.flags & FLAG.v2) !== 0;
  return [
    text,
    ...message.embeds.map(embed),
    ...(v2 ? [] : attachments(message)),
    ...message.components.map(component),
    !text && edited,
  ];
}

/** @param {PageMessage} message */
function toolbar(message) {
  if ((message.flags & FLAG.ephemeral) !== 0) return null;
  const quick = !isArchived(message.channel_id) && may(message.channel_id, "react");
  /**
   * @param {string} label
   * @param {Record<string, string>} data
   * @param {...Node} children
   */
  const action = (label, data, ...children) =>
    el("button", { type: "button", "aria-label": label, title: label, data }, ...children);
  return el(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Message actions" },
    ...(quick
      ? MEDAL_NAMES.map((kind) => action(`React with ${kind}`, { action: "react", emoji: kind }, emoji(kind, 18)))
      : []),
    quick && action("Add reaction", { action: "pick-emoji" }, icon(ICONS.smile)),
    action("More: apps, delete", { action: "menu" }, icon(ICONS.dots)),
  );
}

/**
 * The element of a message.
 * @param {PageMessage} message
 * @param {PageMessage | null} before the one above it
 */
export function messageNode(message, before) {
  const date = new Date(message.timestamp);
  const data = { id: message.id, channel: message.channel_id, key: message.id };
  if (message.type === 18)
    return el(
      "li",
      { class: "message system", data },
      icon(ICONS.thread, 18),
      el(
        "div",
        {},
        name(message.author.id),
        " started a thread: ",
        el("a", {
          href: "#",
          data: { action: "jump", channel: message.message_reference?.channel_id ?? "", message: "" },
          text: message.content,
        }),
        ". ",
        el("time", { class: "muted small", text: messageTime(date) }),
      ),
    );
  const joined = continues(message, before);
  const mentioned = message.mentions.some(({ id }) => id === state.me) || message.mention_everyone;
  const ephemeral = (message.flags & FLAG.ephemeral) !== 0;
  const classes = ["message", joined ? "joined" : "headed", mentioned && "mentioned", ephemeral && "ephemeral"];
  return el(
    "li",
    { class: classes.filter(Boolean).join(" "), data, tabindex: -1 },
    !joined && origin(message),
    joined
      ? el("time", { class: "gutter", datetime: message.timestamp, text: clockTime(date) })
      : el("span", { class: "face" }, avatar(message.author.id, 40)),
    el(
      "div",
      { class: "content" },
      !joined &&
        el(
          "div",
          { class: "head" },
          name(message.author.id),
          message.author.bot && tag(),
          el("time", { class: "time", datetime: message.timestamp, title: longTime(date), text: messageTime(date) }),
        ),
      ...body(message),
      reactions(message),
      threadCard(message),
      ephemeral &&
        el(
          "div",
          { class: "only-you" },
          icon(ICONS.eye, 16),
          " Only you can see this • ",
          el("button", { type: "button", class: "plain", data: { action: "dismiss" }, text: "Dismiss message" }),
        ),
    ),
    toolbar(message),
  );
}
