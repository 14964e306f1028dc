/** The sandbox as a whole: one server on loopback with REST, gateway, CDN and page over one world. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { type HttpBindings, serve } from "@hono/node-server";
import type { APIMessage, APITextChannel, APIThreadChannel } from "discord.js";
import { Hono } from "hono";

import type { Locale } from "../page/locales.js";
import { Cdn } from "./cdn.ts";
import { byAge } from "./clock.ts";
import { Faults } from "./faults.ts";
import { Gateway, type Sharding } from "./gateway/gateway.ts";
import { Commands } from "./interactions/commands.ts";
import { Interactions } from "./interactions/interactions.ts";
import type { Json } from "./json.ts";
import { actionRoutes } from "./live/actions.ts";
import { LiveSocket } from "./live/live-socket.ts";
import { pageRoutes } from "./live/page-routes.ts";
import type { Try } from "./live/tries.ts";
import { messageJson } from "./messages/wire.ts";
import { type PermissionName } from "./permissions.ts";
import { Person } from "./people/person.ts";
import type { RequestRecord, TokenKind } from "./rest/call.ts";
import { cdnRoutes } from "./rest/routes/cdn.ts";
import { applicationRoutes } from "./rest/routes/application.ts";
import { channelRoutes } from "./rest/routes/channels.ts";
import { guildRoutes } from "./rest/routes/guilds.ts";
import { interactionRoutes } from "./rest/routes/interactions.ts";
import { messageRoutes } from "./rest/routes/messages.ts";
import { type RequestReferee, RestRouter } from "./rest/router.ts";
import type { Services } from "./rest/services.ts";
import { writeTranscript } from "./transcript.ts";
import { PATIENCE_MS, type WaitOptions, waitFor } from "./wait.ts";
import type { Change } from "./world/changes.ts";
import { addEmoji, addSticker, type StickerFormat } from "./world/assets.ts";
import { openPrivate, overwritePermissions, restrictAge } from "./world/channels.ts";
import { addGuilds, addGuildWithoutBot, addRole, type MoreGuilds, setPreferredLocale } from "./world/guilds.ts";
import { makeToken, type PersonName, seedWorld } from "./world/seed.ts";
import { archiveIdleThreads } from "./world/threads.ts";
import { channelJson } from "./world/wire.ts";
import type { Guild, Role } from "./world/types.ts";
import type { World } from "./world/world.ts";

const MIB = 1024 * 1024;

/** Where the sandbox says what went wrong; a pino logger is one. */
export interface SandboxLog {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface SandboxOptions {
  /** What the bot and its server are called; `Bot` when left out. */
  readonly name?: string;
  /** 0: any free port. */
  readonly port?: number;
  readonly log?: SandboxLog;
  /** Most bytes of one file; Discord's own limit is 10 MiB. */
  readonly maxUploadBytes?: number;
  /** Added to every REST answer. */
  readonly latencyMs?: number;
  /** Looks at every request of the bot; what it returns becomes violations. */
  readonly onRequest?: RequestReferee | undefined;
  /** Offered on the page, each as a button that fills in a command. */
  readonly tries?: readonly Try[];
  /** Bits of the privileged intents that are switched on for the application; none by default. */
  readonly privilegedIntents?: number;
  /** Whether people may install the application for themselves, as its settings say on Discord; they may by default. */
  readonly userInstall?: boolean;
  /** One shard is recommended, and nobody is held back, when it is left out. */
  readonly sharding?: Partial<Sharding>;
}

/** An edit of a message by the bot. */
export interface Edit {
  readonly at: number;
  readonly body: Json;
}

interface SandboxParts {
  readonly server: Server;
  readonly services: Services;
  readonly faults: Faults;
  readonly live: LiveSocket;
  readonly people: ReadonlyMap<string, Person>;
}

export class DiscordSandbox {
  readonly #server: Server;
  readonly #services: Services;
  readonly #world: World;
  readonly #live: LiveSocket;
  /** By user id. */
  readonly #people: ReadonlyMap<string, Person>;
  /** The page, and the base of everything else: `http://127.0.0.1:PORT`. */
  readonly address: string;
  readonly faults: Faults;
  readonly gateway: Gateway;
  readonly cdn: Cdn;

  constructor(parts: SandboxParts) {
    const { server, services, faults, live, people } = parts;
    this.#server = server;
    this.#services = services;
    this.#live = live;
    this.#people = people;
    this.#world = services.world;
    this.faults = faults;
    this.gateway = services.gateway;
    this.cdn = services.cdn;
    this.address = services.cdn.base;
  }

  /** For `DISCORD_API_BASE`. */
  get apiBase(): string {
    return `${this.address}/api`;
  }

  /** For `DISCORD_CDN_BASE`. */
  get cdnBase(): string {
    return this.address;
  }

  get botToken(): string {
    return this.#world.application.botToken;
  }

  /**
   * As *Reset Token* does: from now on REST takes the new one alone. A connection that stands learns of it with
   * `gateway.close(4004)`, which on Discord comes some moments later, or when it resumes.
   */
  resetToken(): void {
    const { application } = this.#world;
    application.botToken = makeToken(application.botId);
  }

  get applicationId(): string {
    return this.#world.application.id;
  }

  get botUserId(): string {
    return this.#world.application.botId;
  }

  get guild(): Guild {
    return this.#world.guild;
  }

  /**
   * Adds servers in which everybody is, and tells nobody: connections that identify from now on have them. The n-th of all
   * that were added, from 0, is of shard n mod the number of shards, up to ten shards.
   */
  addGuilds(wanted: MoreGuilds): Guild[] {
    return addGuilds(this.#world, wanted);
  }

  /** Makes a server that has everybody but the bot, who hears nothing of it, with one channel, `general`. */
  addGuildWithoutBot(name: string): Guild {
    return addGuildWithoutBot(this.#world, name);
  }

  /** Opens a direct message between two people, or a group of more, without the bot. @returns its id */
  openPrivate(...people: readonly Person[]): string {
    return openPrivate(
      this.#world,
      people.map(({ id }) => id),
    ).id;
  }

  /** Makes a custom emoji. @returns how it is written in a message */
  addEmoji(name: string, bytes: Uint8Array): string {
    return addEmoji(this.#world, this.cdn, name, bytes);
  }

  /** Makes a sticker, for `Person.say`. */
  addSticker(name: string, format: StickerFormat, bytes: Uint8Array): Json {
    return addSticker(this.#world, this.cdn, name, format, bytes);
  }

  /** Sets the language that a server prefers: the first one, or another. */
  setPreferredLocale(locale: Locale, guildId: string = this.guild.id): void {
    setPreferredLocale(this.#world, this.#world.guildOf(guildId), locale);
  }

  /** Makes a role of the first server, above all that there are; it allows nothing. */
  addRole(name: string): Role {
    return addRole(this.#world, this.guild, name);
  }

  /** Gives a member these roles, in place of those they had. Without its privileged intent the bot is not told. */
  setRoles(name: PersonName, roles: readonly Pick<Role, "id">[]): void {
    this.guild.members.get(this.member(name).id)!.roleIds = roles.map(({ id }) => id);
  }

  /** A channel by name, of the first server or of another. */
  channel(name: string, guildId: string = this.guild.id): APITextChannel {
    const channel = [...this.#world.channels.values()].find(
      (channel) => channel.guildId === guildId && channel.name === name,
    );
    if (!channel) throw new Error(`The sandbox has no channel "${name}".`);
    return channelJson(this.#world, channel) as unknown as APITextChannel;
  }

  member(name: PersonName): Person {
    const person = [...this.#people.values()].find(({ username }) => username === name);
    if (!person) throw new Error(`The sandbox has no member "${name}".`);
    return person;
  }

  /** Resolves when the bot is connected and its commands are registered. */
  async botReady(timeoutMs = PATIENCE_MS, signal?: AbortSignal): Promise<void> {
    await this.waitFor(() => this.gateway.online && this.#services.commands.all().length > 0, {
      timeoutMs,
      what: "the bot to connect and register its commands",
      ...(signal && { signal }),
    });
  }

  /** The commands people see. */
  get commands(): readonly Json[] {
    return this.#services.commands.all();
  }

  /** The messages of a channel or thread as REST gives them, oldest first; ephemeral ones are not among them. */
  messages(channelId: string): APIMessage[] {
    return [...this.#world.messagesOf(channelId).values()]
      .filter(({ ephemeralFor }) => !ephemeralFor)
      .sort((a, b) => byAge(a.id, b.id))
      .map((message) => messageJson(this.#world, this.cdn, message) as unknown as APIMessage);
  }

  /** The threads of a channel, oldest first. */
  threads(channelId: string): APIThreadChannel[] {
    return this.#world
      .threadsOf(channelId)
      .map((thread) => channelJson(this.#world, thread) as unknown as APIThreadChannel);
  }

  /** The ephemeral messages somebody sees, oldest first. */
  ephemerals(userId: string): APIMessage[] {
    return this.#people.get(userId)?.ephemerals() ?? [];
  }

  /**
   * Waits until `probe` gives something; it is asked again on each change.
   *
   * @throws Error that names `what` and shows the transcript
   */
  waitFor<T>(probe: () => T, options?: WaitOptions): Promise<Exclude<T, undefined | null | false>> {
    return waitFor(this.#world, probe, () => this.transcript(), options);
  }

  /** Tells about everything that happens, as it happens. @returns a function that ends it */
  onChange(listener: (change: Change) => void): () => void {
    return this.#world.onChange(listener);
  }

  transcript(channelId?: string): string {
    const edits = (messageId: string): number => this.edits(messageId).length;
    return writeTranscript({ world: this.#world, edits }, channelId);
  }

  /** Every REST request the bot made. */
  get requests(): readonly RequestRecord[] {
    return this.#services.router.requests;
  }

  /** How many of them were made by each kind of token. @param from leaves out so many that came first */
  countByToken(from = 0): Readonly<Record<TokenKind, number>> {
    const made = this.requests.slice(from);
    const count = (kind: TokenKind): number => made.filter(({ token }) => token === kind).length;
    return { bot: count("bot"), interaction: count("interaction") };
  }

  /** The successful edits of a message, through its channel or its interaction. */
  edits(messageId: string): readonly Edit[] {
    const names = this.#services.interactions.tokensOf(messageId).map((token) => `/${token}/messages/@original`);
    const ends = [`/messages/${messageId}`, ...names];
    return this.requests
      .filter(
        ({ method, path, status }) => method === "PATCH" && status === 200 && ends.some((end) => isPathTo(path, end)),
      )
      .map(({ at, body }) => ({ at, body: body as Json }));
  }

  /** As if fifteen minutes had passed for every interaction so far. */
  expireInteractionTokens(): void {
    this.#services.interactions.expireTokens();
  }

  /** Lets time pass at once: tokens and CDN addresses expire, messages grow old, idle threads are archived. */
  advance(milliseconds: number): void {
    this.#world.clock.advance(milliseconds);
    archiveIdleThreads(this.#world);
  }

  /** Discord's time, Unix milliseconds. */
  get now(): number {
    return this.#world.clock.now();
  }

  /** Makes a channel one for adults alone, or one for everybody. */
  restrictAge(channelId: string, restricted = true): void {
    restrictAge(this.#world, this.#world.channel(channelId), restricted);
  }

  /** What the bot (or another member) may and may not do in a channel, beyond its roles. */
  setPermissions(
    channelId: string,
    change: { readonly allow?: readonly PermissionName[]; readonly deny?: readonly PermissionName[] },
    userId: string = this.botUserId,
  ): void {
    overwritePermissions(this.#world, this.#world.channel(channelId), { id: userId, type: 1 }, change);
  }

  /** Unknown routes, bodies that break the schema or a limit, double and missed acknowledgements. Tests expect none. */
  get violations(): readonly string[] {
    return this.#world.violations;
  }

  async close(): Promise<void> {
    this.#services.interactions.close();
    this.gateway.shutDown();
    this.#live.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Whether a path, which may be escaped and have a query, ends so. */
const isPathTo = (path: string, end: string): boolean => decodeURIComponent(path.split("?")[0]!).endsWith(end);

/** Starts a sandbox on loopback. */
export async function startSandbox(options: SandboxOptions = {}): Promise<DiscordSandbox> {
  const { log } = options;
  const world = seedWorld({
    name: options.name ?? "Bot",
    maxUploadBytes: options.maxUploadBytes ?? 10 * MIB,
    privilegedIntents: options.privilegedIntents ?? 0,
    userInstall: options.userInstall ?? true,
  });
  const cdn = new Cdn(world.clock);
  const gateway = new Gateway(world, cdn, { shards: 1, maxConcurrency: 1, identifyEveryMs: 0, ...options.sharding });
  const faults = new Faults();
  const commands = new Commands(world);
  const interactions = new Interactions(world, cdn);
  const app = new Hono<{ Bindings: HttpBindings }>();

  let hosts: readonly string[] = [];
  app.use(async (context, next) => {
    const { host, origin } = context.req.header();
    return isLocal(hosts, host, origin) ? next() : context.text("Forbidden", 403);
  });
  const router = new RestRouter(app, world, faults, { latencyMs: options.latencyMs ?? 0, referee: options.onRequest });
  const services: Services = { router, world, cdn, gateway, commands, interactions };
  applicationRoutes(services);
  guildRoutes(services);
  channelRoutes(services);
  messageRoutes(services);
  interactionRoutes(services);
  router.catchUnknown();
  cdnRoutes(app, cdn);
  const tries = options.tries ?? [];
  pageRoutes(app, tries);
  const persons = [...world.users.values()].filter(({ bot }) => !bot).map((user) => new Person(services, user));
  const people = new Map(persons.map((person) => [person.id, person]));
  actionRoutes(app, world, people);
  const live = new LiveSocket(services, tries);
  app.onError((error, context) => {
    log?.error({ err: error, path: context.req.path }, "the sandbox failed");
    world.violate(`the sandbox failed on ${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return context.json({ message: "500: Internal Server Error", code: 0 }, 500);
  });

  const server = await listen(app, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  cdn.base = `http://127.0.0.1:${port}`;
  gateway.url = `ws://127.0.0.1:${port}/gateway`;
  server.on("upgrade", (request, socket, head) => {
    const target = request.url ?? "/";
    const pathname = URL.canParse(target, cdn.base) ? new URL(target, cdn.base).pathname : "";
    const { host, origin } = request.headers;
    if (!isLocal(hosts, host, origin)) socket.destroy();
    else if (pathname === "/sandbox/live") live.upgrade(request, socket, head);
    else if (pathname.startsWith("/gateway")) gateway.upgrade(request, socket, head);
    else socket.destroy();
  });
  world.onChange((change) => {
    if (change.kind === "violation") log?.warn({ violation: change.text }, "the sandbox refused something");
  });
  return new DiscordSandbox({ server, services, faults, live, people });
}

/** A page elsewhere must not get in: neither by a name of its own for this machine, nor by sending requests here. */
function isLocal(hosts: readonly string[], host: string | undefined, origin: string | undefined): boolean {
  return hosts.includes(host ?? "") && (origin === undefined || hosts.includes(origin.replace("http://", "")));
}

const listen = (app: Hono<{ Bindings: HttpBindings }>, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, () => resolve(server)) as Server;
    server.on("error", reject);
  });
