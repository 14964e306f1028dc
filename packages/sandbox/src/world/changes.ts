/** Everything that can happen, in the domain's words. The gateway, the page and `waitFor` all live on these. */
import type { Interaction } from "../interactions/interaction.ts";
import type { Channel, Guild, Message, Reaction, Role, User } from "./types.ts";

export type Change =
  | { readonly kind: "message-created"; readonly message: Message }
  | { readonly kind: "message-updated"; readonly message: Message }
  | { readonly kind: "message-deleted"; readonly message: Message }
  | ReactionChange
  | { readonly kind: "reactions-cleared"; readonly message: Message }
  | { readonly kind: "reactions-emoji-cleared"; readonly message: Message; readonly emoji: Reaction["emoji"] }
  | { readonly kind: "thread-created"; readonly channel: Channel }
  | { readonly kind: "thread-updated"; readonly channel: Channel }
  | { readonly kind: "thread-deleted"; readonly channel: Channel }
  | ThreadMembersChange
  | { readonly kind: "channel-created"; readonly channel: Channel }
  | { readonly kind: "channel-updated"; readonly channel: Channel }
  | { readonly kind: "guild-updated"; readonly guild: Guild }
  | { readonly kind: "user-updated"; readonly user: User }
  | { readonly kind: "role-created"; readonly guild: Guild; readonly role: Role }
  | { readonly kind: "typing"; readonly channel: Channel; readonly userId: string }
  /** Sent to the bot. */
  | { readonly kind: "interaction-created"; readonly interaction: Interaction }
  /** Acknowledged, answered with a modal or choices, failed, or its response changed. */
  | { readonly kind: "interaction-changed"; readonly interaction: Interaction }
  | { readonly kind: "commands-registered" }
  | { readonly kind: "bot-presence"; readonly online: boolean }
  | { readonly kind: "request" }
  | { readonly kind: "violation"; readonly text: string };

export interface ReactionChange {
  readonly kind: "reaction-added" | "reaction-removed";
  readonly message: Message;
  readonly emoji: Reaction["emoji"];
  readonly userId: string;
}

export interface ThreadMembersChange {
  readonly kind: "thread-members";
  readonly channel: Channel;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
