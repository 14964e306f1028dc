/** Messages as Discord's JSON, with freshly signed addresses. */
import type { Cdn } from "../cdn.ts";
import type { Json } from "../json.ts";
import { channelJson, memberJson, userJson } from "../world/wire.ts";
import { type Attachment, type Message, MESSAGE_FLAG, type Reaction } from "../world/types.ts";
import type { World } from "../world/world.ts";
import { serveComponents, serveEmbeds } from "./media.ts";

export function attachmentJson(attachment: Attachment, cdn: Cdn, ephemeral = false): Json {
  const url = cdn.sign(attachment);
  return {
    id: attachment.id,
    filename: attachment.name,
    size: attachment.bytes.byteLength,
    url,
    proxy_url: url,
    content_type: attachment.contentType,
    flags: attachment.spoiler ? 1 << 3 : 0,
    ...(attachment.width !== null && { width: attachment.width, height: attachment.height }),
    ...(attachment.description !== null && { description: attachment.description }),
    ...(ephemeral && { ephemeral: true }),
  };
}

const reactionJson = ({ emoji, userIds }: Reaction, viewerId: string): Json => ({
  emoji,
  count: userIds.size,
  count_details: { burst: 0, normal: userIds.size },
  me: userIds.has(viewerId),
  me_burst: false,
  burst_colors: [],
});

export interface ViewOptions {
  /** Whose own reactions are marked `me`; the bot by default. */
  readonly viewerId?: string;
  /** Content is emptied, as for a bot without the message content intent on other people's messages. */
  readonly withoutContent?: boolean;
  /** The nonce is told with a new message only, never to those who ask for it later. */
  readonly withNonce?: boolean;
}

/** A message as `GET /channels/{id}/messages/{id}` answers it. */
export function messageJson(world: World, cdn: Cdn, message: Message, options: ViewOptions = {}): Json {
  const viewerId = options.viewerId ?? world.application.botId;
  const author = world.user(message.authorId);
  const ephemeral = message.ephemeralFor !== null;
  const hidden = options.withoutContent === true;
  const thread = (message.flags & MESSAGE_FLAG.hasThread) === 0 ? undefined : world.channels.get(message.id);
  const reactions = [...message.reactions.values()].filter(({ userIds }) => userIds.size > 0);
  const referenced = referencedMessage(world, message);
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: userJson(author),
    content: hidden ? "" : message.content,
    timestamp: world.clock.iso(message.createdAt),
    edited_timestamp: message.editedAt === null ? null : world.clock.iso(message.editedAt),
    tts: false,
    mention_everyone: message.mentions.everyone,
    mentions: message.mentions.users.map((id) => userJson(world.user(id))),
    mention_roles: message.mentions.roles,
    attachments: hidden ? [] : message.attachments.map((attachment) => attachmentJson(attachment, cdn, ephemeral)),
    embeds: hidden ? [] : serveEmbeds(message, cdn),
    components: hidden ? [] : serveComponents(message, cdn),
    flags: message.flags,
    pinned: message.pinned,
    ...(!hidden && message.stickers.length > 0 && { sticker_items: message.stickers }),
    ...(reactions.length > 0 && { reactions: reactions.map((reaction) => reactionJson(reaction, viewerId)) }),
    ...(options.withNonce && message.nonce !== null && { nonce: message.nonce }),
    ...(message.webhookId && { webhook_id: message.webhookId, application_id: world.application.id }),
    ...(message.interaction && { interaction_metadata: message.interaction, interaction: legacyInteraction(message) }),
    ...(message.reference && { message_reference: message.reference }),
    ...(message.reference &&
      [19, 21].includes(message.type) && {
        referenced_message: referenced ? messageJson(world, cdn, referenced, { ...options, viewerId }) : null,
      }),
    ...(thread && { thread: channelJson(world, thread) }),
  };
}

function referencedMessage(world: World, message: Message): Message | undefined {
  const { channel_id, message_id } = message.reference ?? {};
  return world.findMessage(String(channel_id), String(message_id));
}

function legacyInteraction({ interaction }: Message): Json {
  return { id: interaction!["id"], type: interaction!["type"], name: interaction!["name"], user: interaction!["user"] };
}

/** The fields that MESSAGE_CREATE and MESSAGE_UPDATE carry beyond those of REST. */
export function gatewayMessageJson(world: World, cdn: Cdn, message: Message, options: ViewOptions): Json {
  const channel = world.channels.get(message.channelId);
  const member = world.memberIn(channel, message.authorId);
  return {
    ...messageJson(world, cdn, message, options),
    ...(channel?.guildId && { guild_id: channel.guildId }),
    ...(channel?.guildId && member && { member: memberJson(member, world.clock) }),
    channel_type: channel?.type ?? 0,
  };
}
