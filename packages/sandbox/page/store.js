/** What the page knows of the world, kept up to date over one WebSocket. */

export const state = {
  ready: false,
  guild: { id: "", name: "" },
  botId: "",
  botOnline: false,
  cdnBase: "",
  users: new Map(),
  roles: new Map(),
  channels: new Map(),
  /** Channel id -> messages by id, oldest first. */
  messages: new Map(),
  commands: [],
  /** Ready ways to try a command. */
  tries: [],
  /** Who sits at the keyboard. */
  me: null,
  channelId: null,
  threadId: null,
  /** Channel id -> user id -> until when they type. */
  typing: new Map(),
  /** Uses of commands that are not answered yet, or were not. */
  pending: [],
};

const listeners = new Map();

export function on(topic, listener) {
  const group = listeners.get(topic) ?? new Set();
  listeners.set(topic, group.add(listener));
}

export function emit(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export const user = (id) => state.users.get(id);
export const channel = (id) => state.channels.get(id);
export const messagesOf = (channelId) => state.messages.get(channelId) ?? new Map();
export const botName = () => user(state.botId).name;
export const me = () => state.users.get(state.me);
export const people = () => [...state.users.values()].filter(({ bot }) => !bot);

/** What the person at the keyboard sees of a channel. */
export const visibleMessages = (channelId) =>
  [...messagesOf(channelId).values()].filter(({ ephemeral_for: only }) => !only || only === state.me);

export const threadsOf = (channelId) =>
  [...state.channels.values()].filter(({ parent_id, thread_metadata }) => thread_metadata && parent_id === channelId);

const BITS = {
  view: 10n,
  send: 11n,
  manageMessages: 13n,
  attach: 15n,
  react: 6n,
  sendInThreads: 38n,
  manageThreads: 34n,
};

/** Whether the person at the keyboard may do something in a channel. */
export function may(channelId, what, userId = state.me) {
  const bits = BigInt(channel(channelId)?.permissions?.[userId] ?? "0");
  return (bits & (1n << BITS[what])) !== 0n;
}

/** Whether Discord offers a command to the person at the keyboard: some are hidden from those who lack a permission. */
export function sees({ default_member_permissions: needed }, channelId) {
  if (needed === null || needed === undefined) return true;
  const bits = BigInt(channel(channelId)?.permissions?.[state.me] ?? "0");
  return (bits & BigInt(needed)) === BigInt(needed);
}

/** An address of the sandbox's own CDN, relative to the page, whatever name the page was opened by. */
export const local = (url) => (url?.startsWith(state.cdnBase) ? url.slice(state.cdnBase.length) : url);

function load(fresh) {
  const first = !state.ready;
  Object.assign(state, {
    ready: true,
    guild: fresh.guild,
    botId: fresh.botId,
    botOnline: fresh.botOnline,
    cdnBase: fresh.cdnBase,
    maxUploadBytes: fresh.maxUploadBytes,
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
    state.me = (known.find(({ username }) => username === sessionStorage.getItem("as")) ?? known[0]).id;
  if (first) [state.channelId, state.threadId] = place();
  if (!state.channels.has(state.channelId))
    state.channelId = fresh.channels.find(({ type, position }) => type === 0 && position === 0).id;
  if (!state.channels.has(state.threadId)) state.threadId = null;
  emit(first ? "ready" : "all");
}

/** Channel and thread by the page's address, so that a reload shows them again. */
const place = () => location.hash.slice(1).split("/").concat(null).map((id) => id || null);

function go(channelId, threadId) {
  Object.assign(state, { channelId, threadId });
  history.replaceState(null, "", `#${channelId}${threadId ? `/${threadId}` : ""}`);
  emit("navigate");
}

function keep(message) {
  const list = state.messages.get(message.channel_id) ?? new Map();
  list.set(message.id, message);
  state.messages.set(message.channel_id, list);
}

/** A message in a thread also changes the card of the thread in its channel. */
function tellOf(channelId) {
  emit("messages", channelId);
  const parent = channel(channelId)?.parent_id;
  if (parent) emit("messages", parent);
}

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
  typing({ channel_id: channelId, user_id: userId }) {
    const typists = state.typing.get(channelId) ?? new Map();
    state.typing.set(channelId, typists.set(userId, Date.now() + 8000));
    emit("typing", channelId);
  },
  interaction: () => undefined,
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
    HANDLERS[update.type]?.(update);
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
 */
export async function act(deed, body, files = []) {
  const json = JSON.stringify({ as: state.me, ...body });
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

export const openChannel = (id) => go(id, null);

/** @param {string | null} id `null` closes the one that is open */
export const openThread = (id) => go((id && channel(id)?.parent_id) ?? state.channelId, id);

export function become(userId) {
  state.me = userId;
  sessionStorage.setItem("as", user(userId).username);
  emit("all");
}
