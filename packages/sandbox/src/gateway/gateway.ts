/** The gateway: hello, identify, heartbeats, dispatch by intents, resume with replay, and what tests do to it. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { type RawData, WebSocket, WebSocketServer } from "ws";

import type { Cdn } from "../cdn.ts";
import { type Json, asArray, asNumber, asObject, asString, textOf } from "../json.ts";
import type { Change } from "../world/changes.ts";
import type { Channel, Guild } from "../world/types.ts";
import { guildCreateJson, memberWithUser, userJson } from "../world/wire.ts";
import type { World } from "../world/world.ts";
import { eventsOf } from "./events.ts";
import { INTENTS, KNOWN, PRIVILEGED, isSubscribed } from "./intents.ts";
import { hears, OP, Session, type Shard } from "./session.ts";

const HEARTBEAT_INTERVAL_MS = 41_250;
const MAX_FRAME_BYTES = 4096;
const MAX_FRAMES_PER_MINUTE = 120;

/** What `GET /gateway/bot` says, and how IDENTIFY is held to it. */
export interface Sharding {
  /** How many shards are recommended. */
  readonly shards: number;
  /** So many shards may identify at once: each bucket of the numbers mod this takes one in `identifyEveryMs`. */
  readonly maxConcurrency: number;
  /** Discord's is 5000. 0: nobody is held to it, so that a test may start one bot after the other. */
  readonly identifyEveryMs: number;
}

interface Connection {
  readonly socket: WebSocket;
  session: Session | null;
  frames: number[];
  heartbeat: NodeJS.Timeout | null;
}

export class Gateway {
  readonly #world: World;
  readonly #cdn: Cdn;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  readonly #connections = new Set<Connection>();
  readonly #sessions = new Map<string, Session>();
  /** While set, sockets are taken but not greeted. */
  #held: WebSocket[] | null = null;
  #shut = false;
  /** While set, every IDENTIFY and RESUME is answered with this close code. */
  refusal: number | null = null;
  /** Where clients are told to connect; known once the server listens. */
  url = "";
  /** How often the bot has sent IDENTIFY and RESUME. */
  readonly counts = { identify: 0, resume: 0, heartbeat: 0 };
  readonly sharding: Sharding;
  /** Bucket of shards -> when one of it identified last, Unix milliseconds. */
  readonly #identified = new Map<number, number>();

  constructor(world: World, cdn: Cdn, sharding: Sharding) {
    this.sharding = sharding;
    this.#world = world;
    this.#cdn = cdn;
    world.onChange((change) => this.#tell(change));
  }

  /** Whether a bot is connected and identified. */
  get online(): boolean {
    return [...this.#connections].some(({ session, socket }) => session && socket.readyState === WebSocket.OPEN);
  }

  /** The numbers of the shards that are connected and identified, ascending. */
  get shardsOnline(): number[] {
    const online = [...this.#connections].filter(({ socket }) => socket.readyState === WebSocket.OPEN);
    return online.flatMap(({ session }) => session?.shard.id ?? []).sort((a, b) => a - b);
  }

  /** How many connections wait to be greeted while the gateway is down. */
  get waiting(): number {
    return (this.#held ?? []).filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#shut) return void socket.destroy();
    this.#server.handleUpgrade(request, socket, head, (client) => {
      if (this.#held) this.#held.push(client);
      else this.#greet(client);
    });
  }

  /** Drops every connection with a close code; sessions can be resumed. */
  close(code = 4000): void {
    for (const { socket } of this.#connections) socket.close(code);
  }

  /** The line breaks without a word: no close code arrives. Sessions can be resumed. */
  cut(): void {
    for (const { socket } of this.#connections) socket.terminate();
  }

  /** Op 7: asks the client to reconnect and resume. */
  reconnect(): void {
    for (const { socket } of this.#connections) send(socket, OP.reconnect, null);
  }

  /** Op 9: the session is invalid. `resumable`: the client may try to resume it. */
  invalidate(resumable = false): void {
    for (const { socket, session } of this.#connections) {
      if (session && !resumable) this.#sessions.delete(session.id);
      send(socket, OP.invalidSession, resumable);
    }
  }

  /** The bot is offline: what happens now it never learns of. */
  pause(): void {
    this.#held = [];
    this.#sessions.clear();
    for (const { socket } of this.#connections) socket.terminate();
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const socket of held) this.#greet(socket);
  }

  /** Sends an event to the bot as it is: a duplicate INTERACTION_CREATE, say. */
  dispatch(name: string, data: Json): void {
    for (const session of this.#sessions.values())
      if (hears(session.shard, asString(data["guild_id"]) ?? null)) session.dispatch(name, data);
  }

  shutDown(): void {
    this.#shut = true;
    for (const socket of this.#held ?? []) socket.terminate();
    for (const connection of this.#connections) {
      if (connection.heartbeat) clearTimeout(connection.heartbeat);
      connection.socket.terminate();
    }
    this.#server.close();
  }

  #tell(change: Change): void {
    for (const session of this.#sessions.values())
      for (const { name, guildId, data } of eventsOf(this.#world, this.#cdn, change, session.intents))
        if (hears(session.shard, guildId) && isSubscribed(session.intents, name, guildId !== null))
          session.dispatch(name, data);
  }

  #greet(socket: WebSocket): void {
    const connection: Connection = { socket, session: null, frames: [], heartbeat: null };
    this.#connections.add(connection);
    socket.on("message", (data) => this.#receive(connection, data));
    socket.on("error", () => socket.terminate());
    socket.on("close", (code) => this.#leave(connection, code));
    send(socket, OP.hello, { heartbeat_interval: HEARTBEAT_INTERVAL_MS });
    this.#expectHeartbeat(connection);
  }

  #leave(connection: Connection, code: number): void {
    this.#connections.delete(connection);
    if (connection.heartbeat) clearTimeout(connection.heartbeat);
    const { session } = connection;
    if (!session) return;
    if (session.socket === connection.socket) session.socket = null;
    // A client that says goodbye ends its session; any other end can be resumed.
    if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
    if (!this.online) this.#world.tell({ kind: "bot-presence", online: false });
  }

  #expectHeartbeat(connection: Connection): void {
    if (connection.heartbeat) clearTimeout(connection.heartbeat);
    connection.heartbeat = setTimeout(() => connection.socket.close(4009), HEARTBEAT_INTERVAL_MS * 1.5);
    connection.heartbeat.unref();
  }

  #receive(connection: Connection, raw: RawData): void {
    const { socket } = connection;
    const bytes = raw as Buffer;
    if (bytes.length > MAX_FRAME_BYTES) return socket.close(4002, "Payload too large");
    const now = Date.now();
    connection.frames = connection.frames.filter((at) => now - at < 60_000);
    connection.frames.push(now);
    if (connection.frames.length > MAX_FRAMES_PER_MINUTE) {
      this.#world.violate("more than 120 gateway messages in a minute");
      return socket.close(4008, "Rate limited");
    }
    let frame: Json;
    try {
      frame = asObject(JSON.parse(bytes.toString()));
    } catch {
      return socket.close(4002, "Decode error");
    }
    this.#handle(connection, asNumber(frame["op"]), frame["d"]);
  }

  #handle(connection: Connection, op: number | undefined, data: unknown): void {
    const { socket, session } = connection;
    if (op === OP.heartbeat) {
      this.counts.heartbeat += 1;
      this.#expectHeartbeat(connection);
      send(socket, OP.heartbeatAck, null);
    } else if (op === OP.identify) this.#identify(connection, asObject(data));
    else if (op === OP.resume) this.#resumeSession(connection, asObject(data));
    else if (!session) socket.close(4003, "Not authenticated");
    else if (op === OP.requestMembers) this.#sendMembers(session, asObject(data));
    else if (op !== OP.presence && op !== OP.voiceState) socket.close(4001, "Unknown opcode");
  }

  #identify(connection: Connection, data: Json): void {
    const { socket } = connection;
    const { application, users } = this.#world;
    this.counts.identify += 1;
    if (this.refusal !== null) return socket.close(this.refusal);
    const intents = asNumber(data["intents"]) ?? Number.NaN;
    if (connection.session) return socket.close(4005, "Already authenticated");
    if (bare(data["token"]) !== application.botToken) return socket.close(4004, "Authentication failed");
    const shard = shardOf(data["shard"]);
    if (shard === null) return socket.close(4010, "Invalid shard");
    if (!Number.isInteger(intents) || (intents & ~KNOWN) !== 0) return socket.close(4013, "Invalid intent(s)");
    if ((intents & PRIVILEGED & ~application.privilegedIntents) !== 0)
      return socket.close(4014, "Disallowed intent(s)");
    if (this.#isTooSoon(shard)) {
      this.#world.violate(`shard ${shard.id} identified too soon after another of its bucket`);
      return send(socket, OP.invalidSession, false);
    }

    const session = new Session(intents, shard, socket);
    const guilds = [...this.#world.guilds.values()].filter(
      ({ id, members }) => hears(shard, id) && members.has(application.botId),
    );
    connection.session = session;
    this.#sessions.set(session.id, session);
    session.dispatch("READY", {
      v: 10,
      user: { ...userJson(users.get(application.botId)!), verified: true, email: null, mfa_enabled: true },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      session_type: "normal",
      resume_gateway_url: this.url,
      shard: [shard.id, shard.count],
      application: { id: application.id, flags: 0 },
      private_channels: [],
      relationships: [],
      user_settings: {},
    });
    if ((intents & INTENTS.guilds) !== 0) this.#sendGuilds(session, guilds);
    this.#world.tell({ kind: "bot-presence", online: true });
  }

  #isTooSoon({ id }: Shard): boolean {
    const { maxConcurrency, identifyEveryMs } = this.sharding;
    const bucket = id % maxConcurrency;
    const now = Date.now();
    const isTooSoon = now - (this.#identified.get(bucket) ?? Number.NEGATIVE_INFINITY) < identifyEveryMs;
    this.#identified.set(bucket, now);
    return isTooSoon;
  }

  #sendGuilds(session: Session, guilds: readonly Guild[]): void {
    const channels = new Map<string | null, Channel[]>(guilds.map(({ id }) => [id, []]));
    for (const channel of this.#world.channels.values()) channels.get(channel.guildId)?.push(channel);
    const allMembers = (session.intents & INTENTS.guildMembers) !== 0;
    for (const guild of guilds)
      session.dispatch("GUILD_CREATE", guildCreateJson(this.#world, guild, channels.get(guild.id)!, allMembers));
  }

  #resumeSession(connection: Connection, data: Json): void {
    const { socket } = connection;
    this.counts.resume += 1;
    if (this.refusal !== null) return socket.close(this.refusal);
    if (bare(data["token"]) !== this.#world.application.botToken) return socket.close(4004, "Authentication failed");
    const session = this.#sessions.get(asString(data["session_id"]) ?? "");
    if (!session) return send(socket, OP.invalidSession, false);
    const sequence = asNumber(data["seq"]) ?? Number.NaN;
    if (!Number.isInteger(sequence) || sequence > session.sequence) return socket.close(4007, "Invalid seq");
    connection.session = session;
    session.resume(socket, sequence);
    this.#world.tell({ kind: "bot-presence", online: true });
  }

  #sendMembers(session: Session, data: Json): void {
    const guild = this.#world.guilds.get(textOf(data["guild_id"]));
    if (!guild) return;
    const wanted = [data["user_ids"] ?? []].flat().map(textOf);
    const all = [...guild.members.values()];
    const chosen = data["user_ids"] === undefined ? all : all.filter(({ userId }) => wanted.includes(userId));
    session.dispatch("GUILD_MEMBERS_CHUNK", {
      guild_id: guild.id,
      members: chosen.map((member) => memberWithUser(this.#world, member)),
      chunk_index: 0,
      chunk_count: 1,
      not_found: wanted.filter((id) => !guild.members.has(id)),
      ...(data["nonce"] !== undefined && { nonce: data["nonce"] }),
    });
  }
}

/** `[number, count]`, or `null` when it is no such pair. */
function shardOf(value: unknown): Shard | null {
  const [id, count] = asArray(value ?? [0, 1]).map(asNumber);
  const isPair = Number.isInteger(id) && Number.isInteger(count) && id! >= 0 && id! < count!;
  return isPair ? { id: id!, count: count! } : null;
}

const bare = (token: unknown): string => textOf(token).replace(/^Bot /, "");

const send = (socket: WebSocket, op: number, data: unknown): void =>
  socket.send(JSON.stringify({ op, d: data, s: null, t: null }));
