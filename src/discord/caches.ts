/** What is kept of what Discord tells: what permissions are made of, and nothing that grows with what people do. */
import { type CacheFactory, type Client, LimitedCollection, Options } from "discord.js";

/** Nothing of these is ever looked up: events and requests bring what is needed. Threads stand among the channels as well. */
const NOTHING_OF: ReadonlySet<string> = new Set([
  "ApplicationCommandManager",
  "ApplicationEmojiManager",
  "AutoModerationRuleManager",
  "BaseGuildEmojiManager",
  "DMMessageManager",
  "EntitlementManager",
  "GuildBanManager",
  "GuildEmojiManager",
  "GuildForumThreadManager",
  "GuildInviteManager",
  "GuildMessageManager",
  "GuildScheduledEventManager",
  "GuildSoundboardSoundManager",
  "GuildStickerManager",
  "GuildTextThreadManager",
  "MessageManager",
  "PresenceManager",
  "ReactionManager",
  "ReactionUserManager",
  "StageInstanceManager",
  "SubscriptionManager",
  "ThreadMemberManager",
  "VoiceStateManager",
]);

/**
 * Servers, their roles, channels and threads that are not archived, and the bot's own membership: these say what it may do
 * where. Members and users pass by.
 *
 * @param client the client itself, which is there when the first is to be kept
 */
export function limitedCaches(client: () => Client): CacheFactory {
  const keepOverLimit = ({ id }: { readonly id: string }): boolean => id === client().user?.id;
  const make = Options.cacheWithLimits({
    GuildMemberManager: { maxSize: 0, keepOverLimit },
    UserManager: { maxSize: 0, keepOverLimit },
  });
  // Every channel has two: what takes nothing may as well be one for all.
  const nothing = new LimitedCollection<never, never>({ maxSize: 0 });
  return ((type, holds, manager) =>
    [type.name, manager.name].some((name) => NOTHING_OF.has(name))
      ? nothing
      : make(type, holds, manager)) as CacheFactory;
}
