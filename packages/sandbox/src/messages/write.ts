/** Creating, editing and deleting messages: the domain of what REST, interactions and people do alike. */
import { ApiError } from "../api-error.ts";
import type { Cdn } from "../cdn.ts";
import type { Json } from "../json.ts";
import { allowed } from "../world/access.ts";
import { openThread } from "../world/threads.ts";
import { type Attachment, type Channel, MESSAGE_FLAG, type Message } from "../world/types.ts";
import type { World } from "../world/world.ts";
import { readMessageBody } from "./body.ts";
import { numberComponents } from "./components.ts";
import { checkReferences } from "./media.ts";
import { NO_MENTIONS, computeMentions, mentionableText } from "./mentions.ts";
import { type FilesByIndex, resolveAttachments } from "./uploads.ts";

const HOUR = 3_600_000;
/** Discord does not say how many edits an old message takes; after these it answers 30046. */
const EDITS_WHEN_OLD = 3;

export interface Origin {
  readonly channel: Channel;
  readonly authorId: string;
  readonly type?: number;
  readonly reference?: Json | null;
  readonly repliedUserId?: string | undefined;
  readonly interaction?: Json | null;
  readonly webhookId?: string | null;
  readonly ephemeralFor?: string | null;
  readonly extraFlags?: number;
  readonly attachments?: readonly Attachment[];
  readonly stickers?: readonly Json[];
}

const folderFor = (world: World, channel: Channel, ephemeral: boolean): string =>
  ephemeral ? `ephemeral-attachments/${world.application.id}` : `attachments/${channel.id}`;

/**
 * Makes a message of a body and tells everybody. `allowEmpty` is for the loading message of a deferred reply.
 *
 * @throws ApiError 50035, 50006, 40005
 */
export async function createMessage(
  world: World,
  cdn: Cdn,
  origin: Origin,
  body: Json,
  files: FilesByIndex,
  allowEmpty = false,
): Promise<Message> {
  const { channel, authorId } = origin;
  const read = readMessageBody(body);
  const ephemeralFor = origin.ephemeralFor ?? null;
  const attachments = [
    ...(origin.attachments ?? []),
    ...(await resolveAttachments(world, cdn, {
      list: body["attachments"],
      files,
      before: [],
      folder: folderFor(world, channel, ephemeralFor !== null),
    })),
  ];
  const components = structuredClone([...(read.components ?? [])]);
  const embeds = structuredClone([...(read.embeds ?? [])]);
  checkReferences(components, embeds, attachments);
  const content = (read.content ?? "").trim();
  const parts = embeds.length + components.length + attachments.length + (origin.stickers ?? []).length;
  if (!allowEmpty && content === "" && parts === 0) throw new ApiError(50006);
  numberComponents(components);

  const id = world.clock.snowflake();
  const message: Message = {
    id,
    channelId: channel.id,
    authorId,
    type: origin.type ?? 0,
    createdAt: world.clock.now(),
    content,
    embeds,
    components,
    attachments,
    flags:
      (read.flags & ~MESSAGE_FLAG.ephemeral) | (ephemeralFor ? MESSAGE_FLAG.ephemeral : 0) | (origin.extraFlags ?? 0),
    editedAt: null,
    editsWhenOld: 0,
    mentions: computeMentions(world, {
      text: mentionableText(content, components),
      channel,
      authorId,
      allowedMentions: body["allowed_mentions"],
      fromInteraction: origin.webhookId != null,
      repliedUserId: origin.repliedUserId,
    }),
    nonce: (body["nonce"] as string | number | undefined) ?? null,
    stickers: origin.stickers ?? [],
    reactions: new Map(),
    reference: origin.reference ?? null,
    interaction: origin.interaction ?? null,
    webhookId: origin.webhookId ?? null,
    ephemeralFor,
    pinned: false,
  };
  if (channel.thread && !ephemeralFor) openThread(world, channel, authorId);
  keep(world, channel, message);
  return message;
}

/** A message the server itself writes: "started a thread". */
export function createSystemMessage(
  world: World,
  channel: Channel,
  authorId: string,
  type: number,
  extra: Partial<Message>,
): Message {
  const message: Message = {
    id: world.clock.snowflake(),
    channelId: channel.id,
    authorId,
    type,
    createdAt: world.clock.now(),
    content: "",
    embeds: [],
    components: [],
    attachments: [],
    flags: 0,
    editedAt: null,
    editsWhenOld: 0,
    mentions: NO_MENTIONS,
    nonce: null,
    stickers: [],
    reactions: new Map(),
    reference: null,
    interaction: null,
    webhookId: null,
    ephemeralFor: null,
    pinned: false,
    ...extra,
  };
  keep(world, channel, message);
  return message;
}

function keep(world: World, channel: Channel, message: Message): void {
  world.keepMessage(message);
  if (!message.ephemeralFor) {
    channel.lastMessageId = message.id;
    if (channel.thread && message.type !== 21) {
      channel.thread.messageCount += 1;
      channel.thread.totalMessageSent += 1;
    }
  }
  world.tell({ kind: "message-created", message });
}

/**
 * Changes a message by a body: what the body does not name stays. `counted`: the edit marks the message as edited
 * (the first edit of a deferred reply does not).
 *
 * @throws ApiError 50035, 50006, 40005, 30046
 */
export async function editMessage(
  world: World,
  cdn: Cdn,
  message: Message,
  body: Json,
  files: FilesByIndex,
): Promise<Message> {
  const channel = world.channel(message.channelId);
  const wasLoading = (message.flags & MESSAGE_FLAG.loading) !== 0;
  const old = world.clock.now() - message.createdAt > HOUR;
  if (old && message.editsWhenOld >= EDITS_WHEN_OLD) throw new ApiError(30046);

  const read = readMessageBody(body, message.flags);
  const attachments =
    "attachments" in body || files.size > 0
      ? await resolveAttachments(world, cdn, {
          list: body["attachments"],
          files,
          before: message.attachments,
          folder: folderFor(world, channel, message.ephemeralFor !== null),
        })
      : message.attachments;
  const components = read.components ? structuredClone([...read.components]) : message.components;
  const embeds = read.embeds ? structuredClone([...read.embeds]) : message.embeds;
  const content = read.content === undefined ? message.content : (read.content ?? "").trim();
  checkReferences(components, embeds, attachments);
  if (content === "" && embeds.length + components.length + attachments.length === 0) throw new ApiError(50006);
  // A message deleted while its new files were stored is gone.
  if (!world.findMessage(channel.id, message.id)) throw new ApiError(10008);
  numberComponents(components);

  const mentions = computeMentions(world, {
    text: mentionableText(content, components),
    channel,
    authorId: message.authorId,
    allowedMentions: body["allowed_mentions"],
    fromInteraction: message.webhookId !== null,
  });
  Object.assign(message, { content, embeds, components, attachments, mentions });
  message.flags = read.flags & ~MESSAGE_FLAG.loading;
  if (!wasLoading) message.editedAt = world.clock.now();
  if (old) message.editsWhenOld += 1;
  world.tell({ kind: "message-updated", message });
  return message;
}

/** Takes a message away. Its thread, when it has one, stays, as on Discord. */
export function deleteMessage(world: World, message: Message): void {
  world.dropMessage(message);
  const channel = world.channels.get(message.channelId);
  if (channel?.thread && !message.ephemeralFor) channel.thread.messageCount -= 1;
  world.tell({ kind: "message-deleted", message });
}

/** Whether somebody may take a message away: the author, or with Manage Messages anybody's. */
export const mayDelete = (world: World, message: Message, userId: string): boolean =>
  message.authorId === userId || allowed(world, world.channel(message.channelId), userId, "MANAGE_MESSAGES");
