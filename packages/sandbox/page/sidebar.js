/** The channel list, the person at the keyboard, and the list of members. */
import { avatar } from "./avatar.js";
import { byId, cssColor, el, icon, ICONS } from "./dom.js";
import { LOCALES } from "./locales.js";
import { popup } from "./popup.js";
import {
  act,
  become,
  botName,
  channel,
  channelName,
  hasBot,
  hasPart,
  isDirect,
  language,
  nameOf,
  on,
  openChannel,
  openThread,
  people,
  privateChannels,
  state,
  textChannels,
  user,
} from "./store.js";
import { toast, wordsOf } from "./toast.js";
import { listedThreads } from "./timeline.js";

/** @import { Locale } from "./locales.js" */

export function startSidebar() {
  for (const topic of /** @type {const} */ (["all", "ready", "channels", "navigate", "presence"])) on(topic, draw);
  byId("scrim").addEventListener("click", () => showMenu(false));
}

/**
 * On a narrow screen the channel list slides in.
 * @param {boolean} open
 */
export function showMenu(open) {
  document.body.classList.toggle("menu-open", open);
  byId("scrim").hidden = !open;
}

function draw() {
  byId("guild-name").textContent = state.guild.name;
  byId("server").title = state.guild.name;
  drawChannels();
  drawAccount();
  drawMembers();
}

/**
 * A line of the channel list.
 * @param {boolean} current
 * @param {string} label
 * @param {Element | null} glyph
 * @param {() => void} open
 */
function entry(current, label, glyph, open) {
  return el(
    "button",
    {
      class: current ? "channel current" : "channel",
      type: "button",
      "aria-current": current ? "page" : null,
      on: { click: open },
    },
    glyph,
    el("span", { text: label }),
  );
}

function drawChannels() {
  /** @param {() => void} open */
  const go = (open) => () => {
    open();
    showMenu(false);
  };
  /** @type {HTMLElement[]} */
  const nodes = [];
  for (const { id: guildId, name } of [{ ...state.guild, name: "Text channels" }, ...state.strangers]) {
    nodes.push(el("h2", { class: "category", text: name }));
    for (const text of textChannels(guildId)) {
      const { id } = text;
      nodes.push(
        entry(
          state.channelId === id && !state.threadId,
          channelName(text),
          icon(ICONS.hash, 20),
          go(() => openChannel(id)),
        ),
      );
      const threads = listedThreads(id);
      if (threads.length === 0) continue;
      nodes.push(
        el(
          "div",
          { class: "threads" },
          ...threads.map((thread) =>
            entry(
              state.threadId === thread.id,
              thread.name,
              null,
              go(() => openThread(thread.id)),
            ),
          ),
        ),
      );
    }
  }
  nodes.push(el("h2", { class: "category", text: "Direct messages" }));
  const dm = [...state.channels.values()].find(({ recipient_id: id }) => id === state.me);
  const openDm = async () => {
    try {
      const { channel = "" } = await act("dm", {});
      openChannel(channel);
    } catch (error) {
      toast(wordsOf(error));
    }
  };
  nodes.push(
    entry(
      dm !== undefined && state.channelId === dm.id,
      botName(),
      avatar(state.botId, 20),
      go(() => void openDm()),
    ),
    ...privateChannels().map((direct) =>
      entry(
        state.channelId === direct.id,
        channelName(direct),
        icon(ICONS.people, 20),
        go(() => openChannel(direct.id)),
      ),
    ),
  );
  byId("channels").replaceChildren(...nodes);
}

/**
 * A language to choose.
 * @param {string} label
 * @param {Locale} current
 * @param {string} deed sets it
 */
function languageField(label, current, deed) {
  const select = el(
    "select",
    {},
    ...Object.entries(LOCALES).map(([value, text]) => el("option", { value, text, selected: value === current })),
  );
  select.addEventListener("change", () => {
    act(deed, { locale: select.value }).catch((error) => toast(wordsOf(error)));
  });
  return el("label", { class: "menu-field" }, label, select);
}

function drawAccount() {
  const id = state.me;
  /** @param {{ currentTarget: HTMLElement }} event */
  const open = (event) => {
    const rows = people().map((person) =>
      el(
        "button",
        {
          class: "menu-item person",
          type: "button",
          role: "menuitemradio",
          "aria-checked": person.id === id ? "true" : "false",
          on: { click: () => become(person) },
        },
        avatar(person.id, 28),
        el("span", { text: person.name }),
        person.id === id && el("span", { class: "tick", text: "✓" }),
      ),
    );
    popup(
      event.currentTarget,
      [
        el("div", { class: "menu-title", text: "Sit at the keyboard as" }),
        ...rows,
        el("hr"),
        languageField(`Language of ${nameOf(id)}`, language(), "language"),
        languageField("Language of the server", state.guild.preferred_locale, "server-language"),
      ],
      "above",
    );
  };
  byId("account").replaceChildren(
    el(
      "button",
      {
        class: "account-button",
        type: "button",
        "aria-haspopup": "menu",
        title: "Switch to another member, or to another language",
        on: { click: open },
      },
      el("span", { class: "face online" }, avatar(id, 32)),
      el(
        "span",
        { class: "account-names" },
        el("strong", { text: nameOf(id) }),
        el("small", { text: `@${user(id)?.username} · switch member` }),
      ),
    ),
  );
}

function drawMembers() {
  /**
   * @param {string} id
   * @param {boolean} on
   * @param {HTMLElement} [extra]
   */
  const row = (id, on, extra) =>
    el(
      "li",
      { class: on ? "member" : "member off" },
      el("span", { class: on ? "face online" : "face" }, avatar(id, 32)),
      colouredName(id),
      extra,
    );
  const here = channel(state.channelId);
  const withBot = !here || hasBot(here);
  const among = people().filter(({ id }) => !here || !isDirect(here) || hasPart(here, id));
  byId("members").replaceChildren(
    el("h2", { class: "category", text: `Online — ${among.length + (withBot && state.botOnline ? 1 : 0)}` }),
    el(
      "ul",
      {},
      ...among.map(({ id }) => row(id, true)),
      withBot && row(state.botId, state.botOnline, el("span", { class: "app-tag", text: "APP" })),
    ),
    el("p", { class: "muted small pad", text: withBot && !state.botOnline ? "The bot is offline." : "" }),
  );
}

/** @param {string} id */
function colouredName(id) {
  const node = el("span", { text: nameOf(id) });
  const color = user(id)?.color;
  if (color) node.style.color = cssColor(color);
  return node;
}
