/** What exists in the sandbox: users, the guild, channels, threads, messages. Plain mutable records; `World` keeps them. */
import type { Locale } from "../../page/locales.js";
import type { Json } from "../json.ts";

export interface User {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly bot: boolean;
  /** Refuses direct messages (50007). */
  dmsClosed: boolean;
  /** Has installed the application for themselves. */
  hasApp: boolean;
  /** Of a picture under `avatars/{id}` on the CDN; `null`: one of Discord's own. */
  avatar: string | null;
  /** The language that their client is set to. */
  locale: Locale;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly color: number;
  readonly position: number;
  readonly mentionable: boolean;
  readonly managed: boolean;
}

export interface Member {
  readonly userId: string;
  roleIds: readonly string[];
  readonly joinedAt: number;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  preferredLocale: Locale;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
}

/** `type` 0: of a role, 1: of a member. */
interface Overwrite {
  readonly id: string;
  readonly type: 0 | 1;
  allow: bigint;
  deny: bigint;
}

export const CHANNEL_TYPE = { text: 0, dm: 1, groupDm: 3, publicThread: 11, privateThread: 12 } as const;

export interface Channel {
  readonly id: string;
  readonly type: number;
  /** null in a direct message. */
  readonly guildId: string | null;
  name: string;
  readonly parentId: string | null;
  readonly topic: string | null;
  readonly position: number;
  readonly overwrites: Overwrite[];
  /** Whose direct channel with the bot it is. */
  readonly recipientId: string | null;
  /** Who talks in a direct or group message that the bot has no part in. */
  readonly peopleIds?: readonly string[];
  lastMessageId: string | null;
  readonly thread: ThreadState | null;
  rateLimitPerUser: number;
  /** Whether it is for adults alone; threads are as their channel is. */
  ageRestricted?: boolean;
}

interface ThreadState {
  readonly ownerId: string;
  readonly createdAt: number;
  archived: boolean;
  locked: boolean;
  archivedChangedAt: number;
  autoArchiveMinutes: number;
  /** User id -> when they joined. */
  readonly members: Map<string, number>;
  messageCount: number;
  totalMessageSent: number;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** The path on the CDN: `attachments/{channel}` or `ephemeral-attachments/{application}`. */
  readonly folder: string;
  readonly width: number | null;
  readonly height: number | null;
  description: string | null;
  spoiler: boolean;
}

/** A component as the bot sent it, with the `id` the server gave it. */
export type Component = Json & { type: number };

export interface Reaction {
  readonly emoji: { readonly id: string | null; readonly name: string };
  /** In the order they reacted. */
  readonly userIds: Set<string>;
}

export interface Mentions {
  readonly users: string[];
  readonly roles: string[];
  readonly everyone: boolean;
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  /** 0 default, 18 thread created, 19 reply, 20 chat input command, 21 thread starter, 23 context menu command. */
  readonly type: number;
  readonly createdAt: number;
  content: string;
  embeds: Json[];
  components: Component[];
  attachments: Attachment[];
  flags: number;
  editedAt: number | null;
  editsWhenOld: number;
  mentions: Mentions;
  readonly nonce: string | number | null;
  /** As `sticker_items` tells them. */
  readonly stickers: readonly Json[];
  /** Emoji key -> who reacted. */
  readonly reactions: Map<string, Reaction>;
  readonly reference: Json | null;
  readonly interaction: Json | null;
  /** Set on messages made by an interaction or a follow-up. */
  readonly webhookId: string | null;
  /** The only person who sees it. */
  readonly ephemeralFor: string | null;
  pinned: boolean;
}

export const MESSAGE_FLAG = {
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const;

export const isV2 = (flags: number): boolean => (flags & MESSAGE_FLAG.componentsV2) !== 0;
