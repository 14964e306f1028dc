/** Threads: starting, joining, archiving, and what sending into them does. */
import { ApiError, FormFaults } from "../api-error.ts";
import { snowflakeTime } from "../clock.ts";
import { type Json, asString } from "../json.ts";
import { allowed, demand } from "./access.ts";
import { CHANNEL_TYPE, type Channel } from "./types.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;
const DURATIONS = [60, 1440, 4320, 10_080];
/** Active threads that a guild may have. */
const MAX_ACTIVE_THREADS = 1000;

export interface ThreadRequest {
  readonly parent: Channel;
  readonly ownerId: string;
  /** A thread on a message has the message's id. */
  readonly messageId: string | null;
  readonly body: Json;
  readonly type: number;
}

/**
 * Starts a thread; its maker is its first member.
 *
 * @throws ApiError 50024, 50035, 160004, 160006
 */
export function createThread(world: World, request: ThreadRequest): Channel {
  const { parent, body } = request;
  if (parent.type !== CHANNEL_TYPE.text) throw new ApiError(50024);
  const faults = new FormFaults();
  faults.text(["name"], body["name"], 1, 100, true);
  const minutes = body["auto_archive_duration"] ?? 1440;
  if (!DURATIONS.includes(minutes as number)) faults.choice(["auto_archive_duration"], DURATIONS);
  faults.throwIfAny();
  if (request.messageId && world.channels.has(request.messageId)) throw new ApiError(160004);
  const active = [...world.channels.values()].filter(
    ({ guildId, thread }) => guildId === parent.guildId && thread && !thread.archived,
  );
  if (active.length >= MAX_ACTIVE_THREADS) throw new ApiError(160006);

  const now = world.clock.now();
  const channel: Channel = {
    id: request.messageId ?? world.clock.snowflake(),
    type: request.type,
    guildId: parent.guildId,
    name: asString(body["name"])!,
    parentId: parent.id,
    topic: null,
    position: 0,
    overwrites: [],
    recipientId: null,
    lastMessageId: null,
    rateLimitPerUser: 0,
    thread: {
      ownerId: request.ownerId,
      createdAt: now,
      archived: false,
      locked: false,
      archivedChangedAt: now,
      autoArchiveMinutes: minutes as number,
      members: new Map([[request.ownerId, now]]),
      messageCount: 0,
      totalMessageSent: 0,
    },
  };
  world.channels.set(channel.id, channel);
  world.tell({ kind: "thread-created", channel });
  return channel;
}

/**
 * What happens to a thread when somebody writes in it: it un-archives unless it is locked, and the writer joins.
 *
 * @throws ApiError 160005 when it is locked and the writer cannot manage threads, 50083 when it is locked and archived
 */
export function openThread(world: World, channel: Channel, userId: string): void {
  const { thread } = channel;
  if (!thread) return;
  if (thread.locked && !allowed(world, channel, userId, "MANAGE_THREADS"))
    throw new ApiError(thread.archived ? 50083 : 160005);
  if (thread.archived) setArchived(world, channel, false);
  join(world, channel, userId);
}

function setArchived(world: World, channel: Channel, archived: boolean): void {
  const thread = channel.thread!;
  if (thread.archived === archived) return;
  thread.archived = archived;
  thread.archivedChangedAt = world.clock.now();
  world.tell({ kind: "thread-updated", channel });
}

export function join(world: World, channel: Channel, userId: string): void {
  const members = channel.thread!.members;
  if (members.has(userId)) return;
  members.set(userId, world.clock.now());
  world.tell({ kind: "thread-members", channel, added: [userId], removed: [] });
}

export function leave(world: World, channel: Channel, userId: string): void {
  if (channel.thread!.members.delete(userId))
    world.tell({ kind: "thread-members", channel, added: [], removed: [userId] });
}

/**
 * Changes a thread. In an archived one nothing but `archived` (and what comes with it) can be changed. Un-archiving
 * needs only the right to write there; everything else the maker or Manage Threads.
 *
 * @throws ApiError 50083, 50013, 50035
 */
export function editThread(world: World, channel: Channel, userId: string, body: Json): void {
  const thread = channel.thread!;
  const manages = allowed(world, channel, userId, "MANAGE_THREADS");
  const unarchives = thread.archived && body["archived"] === false;
  if (thread.archived && !unarchives) throw new ApiError(50083);
  const others = Object.keys(body).filter((key) => key !== "archived");
  if (unarchives && others.length === 0) {
    demand(world, channel, userId, "SEND_MESSAGES_IN_THREADS");
    if (thread.locked && !manages) throw new ApiError(50013);
  } else if (!manages && (thread.ownerId !== userId || "locked" in body)) throw new ApiError(50013);

  const faults = new FormFaults();
  faults.text(["name"], body["name"], 1, 100);
  const minutes = body["auto_archive_duration"];
  if (minutes !== undefined && !DURATIONS.includes(minutes as number))
    faults.choice(["auto_archive_duration"], DURATIONS);
  faults.throwIfAny();

  if (typeof body["name"] === "string") channel.name = body["name"];
  if (typeof minutes === "number") thread.autoArchiveMinutes = minutes;
  if (typeof body["locked"] === "boolean") thread.locked = body["locked"];
  if (typeof body["archived"] === "boolean" && body["archived"] !== thread.archived) {
    thread.archived = body["archived"];
    thread.archivedChangedAt = world.clock.now();
  }
  world.tell({ kind: "thread-updated", channel });
}

export function deleteThread(world: World, channel: Channel): void {
  world.dropChannel(channel.id);
  world.tell({ kind: "thread-deleted", channel });
}

/** Archives the threads in which nothing was written for as long as they are set to wait. */
export function archiveIdleThreads(world: World): void {
  const now = world.clock.now();
  for (const channel of world.channels.values()) {
    const { thread } = channel;
    if (!thread || thread.archived) continue;
    const written = channel.lastMessageId ? snowflakeTime(channel.lastMessageId) : 0;
    const active = Math.max(written, thread.archivedChangedAt);
    if (now - active > thread.autoArchiveMinutes * MINUTE) setArchived(world, channel, true);
  }
}
