/** What the page knows of the world, kept up to date over one WebSocket. */

import { DEFAULT_LOCALE } from "./locales.js";

/** @import { PageAnswer, PageChannel, PageCommand, PageMessage, PageRole, PageState, PageThread, PageTry, PageUpdate, PageUser } from "../src/live/page-types.ts" */

/**
 * The use of a command that is not answered yet, or was not.
 * @typedef {{ key: string, channelId: string, userId: string, label: string, error: string | null }} Pending
 */

export const state = {
  ready: false,
  /** @type {PageState["guild"]} */
  guild: { id: "", name: "", preferred_locale: DEFAULT_LOCALE },
  /**
   * Servers without the bot.
   * @type {readonly { id: string, name: string }[]}
   */
  strangers: [],
  botId: "",
  botOnline: false,
  cdnBase: "",
  /** @type {Map<string, PageUser>} */
  users: new Map(),
  /** @type {Map<string, PageRole>} */
  roles: new Map(),
  /** @type {Map<string, PageChannel>} */
  channels: new Map(),
  /**
   * Channel id -> messages by id, oldest first.
   * @type {Map<string, Map<string, PageMessage>>}
   */
  messages: new Map(),
  /** @type {readonly PageCommand[]} */
  commands: [],
  /** @type {readonly PageTry[]} */
  tries: [],
  /** Who sits at the keyboard. */
  me: "",
  channelId: "",
  /** @type {string | null} */
  threadId: null,
  /**
   * Channel id -> user id -> until when they type.
   * @type {Map<string, Map<string, number>>}
   */
  typing: new Map(),
  /** @type {Pending[]} */
  pending: [],
};

/**
 * What is told when something changes, with what comes with it.
 * @typedef {object} Topics
 * @property {undefined} ready everything is there for the first time
 * @property {undefined} all everything may have changed
 * @property {undefined} navigate another channel or thread is shown
 * @property {undefined} channels
 * @property {undefined} commands
 * @property {undefined} presence
 * @property {undefined} pending
 * @property {string} messages of the channel with this id
 * @property {string} typing in the channel with this id
 * @property {string} sent to the channel with this id
 * @property {boolean} connection
 * @property {{ channelId: string, messageId: string }} reveal
 */

/** @type {Map<keyof Topics, Set<(detail: any) => void>>} */
const listeners = new Map();

/**
 * @template {keyof Topics} Topic
 * @param {Topic} topic
 * @param {(detail: Topics[Topic]) => void} listener
 */
export function on(topic, listener) {
  const group = listeners.get(topic) ?? new Set();
  listeners.set(topic, group.add(listener));
}

/**
 * @template {keyof Topics} Topic
 * @param {Topic} topic
 * @param {Topics[Topic]} [detail]
 */
export function emit(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** @param {string} id */
export const user = (id) => state.users.get(id);

/** @param {string} id */
export const nameOf = (id) => user(id)?.name ?? "Unknown";

/** The language of the person at the keyboard. */
export const language = () => user(state.me)?.locale ?? DEFAULT_LOCALE;

/** @param {string} id */
export const channel = (id) => state.channels.get(id);

/** @param {PageChannel} channel */
export const channelName = (channel) => channel.name ?? (talksTo(channel).map(nameOf).join(", ") || botName());

/**
 * The others of a direct message.
 * @param {PageChannel} channel
 */
const talksTo = ({ recipient_id: withBot, recipients = [] }) =>
  withBot === null ? recipients.map(({ id }) => id).filter((id) => id !== state.me) : [];

/**
 * Whether a channel is a direct message, with the bot or among people.
 * @param {PageChannel} channel
 */
export const isDirect = ({ guild_id: guild }) => guild === undefined;

/**
 * Text channels of a server, as they stand in its list.
 * @param {string} guildId
 */
export const textChannels = (guildId) =>
  [...state.channels.values()]
    .filter(({ type, guild_id: guild }) => type === 0 && guild === guildId)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0));

/**
 * Whether somebody has a part in a direct message.
 * @param {PageChannel} channel
 * @param {string} userId
 */
export const hasPart = ({ recipients = [] }, userId) => recipients.some(({ id }) => id === userId);

/**
 * Whether the bot is at home in a channel.
 * @param {PageChannel} channel
 */
export const hasBot = ({ recipient_id: withBot, guild_id: guild }) => withBot !== null || guild === state.guild.id;

/** Direct messages of the person at the keyboard that the bot has no part in. */
export const privateChannels = () =>
  [...state.channels.values()].filter((here) => isDirect(here) && !hasBot(here) && hasPart(here, state.me));

/**
 * @param {PageChannel | undefined} channel
 * @returns {channel is PageThread}
 */
export const isThread = (channel) => channel?.thread_metadata !== undefined;

/**
 * @param {string} channelId
 * @returns {Map<string, PageMessage>}
 */
export const messagesOf = (channelId) => state.messages.get(channelId) ?? new Map();

export const botName = () => nameOf(state.botId);

export const people = () => [...state.users.values()].filter(({ bot }) => !bot);

/**
 * What the person at the keyboard sees of a channel.
 * @param {string} channelId
 */
export const visibleMessages = (channelId) =>
  [...messagesOf(channelId).values()].filter(({ ephemeral_for: only }) => !only || only === state.me);

/** @param {string} channelId */
export const threadsOf = (channelId) =>
  [...state.channels.values()].filter(isThread).filter(({ parent_id }) => parent_id === channelId);

const BITS = {
  view: 10n,
  send: 11n,
  manageMessages: 13n,
  attach: 15n,
  react: 6n,
  sendInThreads: 38n,
  manageThreads: 34n,
};

/**
 * What the person at the keyboard may do in a channel, as bits.
 * @param {string} channelId
 */
const permissions = (channelId) => BigInt(channel(channelId)?.permissions[state.me] ?? "0");

/**
 * Whether the person at the keyboard may do something in a channel.
 * @param {string} channelId
 * @param {keyof typeof BITS} what
 */
export const may = (channelId, what) => (permissions(channelId) & (1n << BITS[what])) !== 0n;

/** Discord's numbers for where a command is offered, and for by whose installation. */
const [IN_GUILD, WITH_BOT, PRIVATE] = [0, 1, 2];
const [BY_GUILD, BY_USER] = [0, 1];

/**
 * Whether Discord offers a command to the person at the keyboard: by where that is, by who installed the bot, and by what
 * they may.
 * @param {PageCommand} command
 * @param {string} channelId
 */
export function sees({ default_member_permissions: needed, contexts, integration_types: types }, channelId) {
  const here = channel(channelId);
  if (!here) return false;
  const context = !isDirect(here) ? IN_GUILD : hasBot(here) ? WITH_BOT : PRIVATE;
  if (contexts && !contexts.includes(context)) return false;
  const isInstalled = (types ?? [BY_GUILD]).some(
    (type) => (type === BY_GUILD && hasBot(here)) || (type === BY_USER && user(state.me)?.hasApp),
  );
  if (!isInstalled) return false;
  if (needed === null || needed === undefined) return true;
  return (permissions(channelId) & BigInt(needed)) === BigInt(needed);
}

/**
 * An address of the sandbox's own CDN, relative to the page, whatever name the page was opened by.
 * @param {string} url
 */
export const local = (url) => (url.startsWith(state.cdnBase) ? url.slice(state.cdnBase.length) : url);

/** @param {PageState} fresh */
function load(fresh) {
  const first = !state.ready;
  Object.assign(state, {
    ready: true,
    guild: fresh.guild,
    strangers: fresh.strangers,
    botId: fresh.botId,
    botOnline: fresh.botOnline,
    cdnBase: fresh.cdnBase,
    commands: fresh.commands,
    tries: fresh.tries,
    users: new Map(fresh.users.map((entry) => [entry.id, entry])),
    roles: new Map(fresh.roles.map((entry) => [entry.id, entry])),
    channels: new Map(fresh.channels.map((entry) => [entry.id, entry])),
    messages: new Map(),
  });
  for (const message of fresh.messages) keep(message);
  const known = people();
  if (!state.users.has(state.me))
    state.me = (known.find(({ username }) => username === sessionStorage.getItem("as")) ?? known[0])?.id ?? "";
  if (first) Object.assign(state, place());
  if (!state.channels.has(state.channelId))
    state.channelId = fresh.channels.find(({ type, position }) => type === 0 && position === 0)?.id ?? "";
  if (state.threadId !== null && !state.channels.has(state.threadId)) state.threadId = null;
  emit(first ? "ready" : "all");
}

/** Channel and thread by the page's address, so that a reload shows them again. */
function place() {
  const [channelId = "", threadId = ""] = location.hash.slice(1).split("/");
  return { channelId, threadId: threadId || null };
}

/**
 * @param {string} channelId
 * @param {string | null} threadId
 */
function go(channelId, threadId) {
  Object.assign(state, { channelId, threadId });
  history.replaceState(null, "", `#${channelId}${threadId ? `/${threadId}` : ""}`);
  emit("navigate");
}

/** @param {PageMessage} message */
function keep(message) {
  const list = state.messages.get(message.channel_id) ?? new Map();
  list.set(message.id, message);
  state.messages.set(message.channel_id, list);
}

/**
 * A message in a thread also changes the card of the thread in its channel.
 * @param {string} channelId
 */
function tellOf(channelId) {
  emit("messages", channelId);
  const parent = channel(channelId)?.parent_id;
  if (parent) emit("messages", parent);
}

/** @type {{ [Type in PageUpdate["type"]]: (update: Extract<PageUpdate, { type: Type }>) => void }} */
const HANDLERS = {
  state: ({ state: fresh }) => load(fresh),
  message({ message }) {
    keep(message);
    state.typing.get(message.channel_id)?.delete(message.author.id);
    tellOf(message.channel_id);
  },
  "message-deleted"({ id, channel_id: channelId }) {
    messagesOf(channelId).delete(id);
    tellOf(channelId);
  },
  channel({ channel: changed }) {
    state.channels.set(changed.id, changed);
    emit("channels");
    if (changed.parent_id) emit("messages", changed.parent_id);
  },
  "channel-deleted"({ id }) {
    state.channels.delete(id);
    if (state.threadId === id) openThread(null);
    emit("channels");
  },
  user({ user: changed }) {
    state.users.set(changed.id, changed);
    emit("all");
  },
  guild({ guild }) {
    state.guild = guild;
    emit("presence");
  },
  typing({ channel_id: channelId, user_id: userId }) {
    const typists = state.typing.get(channelId) ?? new Map();
    state.typing.set(channelId, typists.set(userId, Date.now() + 8000));
    emit("typing", channelId);
  },
  commands({ commands }) {
    state.commands = commands;
    emit("commands");
  },
  bot({ online }) {
    state.botOnline = online;
    emit("presence");
  },
};

let delay = 300;

/** Connects, and connects again when the sandbox was gone for a while. */
export function connect() {
  const socket = new WebSocket(`ws://${location.host}/sandbox/live`);
  socket.addEventListener("open", () => {
    delay = 300;
    emit("connection", true);
  });
  socket.addEventListener("message", ({ data }) => {
    const update = JSON.parse(data);
    HANDLERS[/** @type {PageUpdate["type"]} */ (update.type)](update);
  });
  socket.addEventListener("close", () => {
    emit("connection", false);
    setTimeout(connect, delay);
    delay = Math.min(delay * 1.7, 5000);
  });
}

/**
 * Does something as the person at the keyboard.
 * @param {string} deed
 * @param {object} body
 * @param {readonly (readonly [string, File])[]} [files] with the field each belongs to
 * @returns {Promise<PageAnswer>}
 */
export async function act(deed, body, files = []) {
  const json = JSON.stringify({ as: state.me, ...body });
  /** @type {RequestInit} */
  let init = { body: json, headers: { "content-type": "application/json" } };
  if (files.length > 0) {
    const form = new FormData();
    form.append("payload_json", json);
    for (const [index, [field, file]] of files.entries()) form.append(`${field}#${index}`, file, file.name);
    init = { body: form };
  }
  const response = await fetch(`/sandbox/${deed}`, { method: "POST", ...init }).catch(() => {
    throw new Error("The sandbox does not answer. Does it still run in the terminal?");
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The sandbox answered ${response.status}.`);
  return answer;
}

/** @param {string} id */
export const openChannel = (id) => go(id, null);

/** @param {string | null} id `null` closes the one that is open */
export const openThread = (id) => go((id && channel(id)?.parent_id) ?? state.channelId, id);

/** @param {PageUser} person */
export function become({ id, username }) {
  state.me = id;
  sessionStorage.setItem("as", username);
  emit("all");
}
