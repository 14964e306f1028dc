/** Which intent an event needs, in a guild and in direct messages. */

export const INTENTS = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  guildMessageReactions: 1 << 10,
  guildMessageTyping: 1 << 11,
  directMessages: 1 << 12,
  directMessageReactions: 1 << 13,
  directMessageTyping: 1 << 14,
  messageContent: 1 << 15,
} as const;

export const PRIVILEGED = INTENTS.guildMembers | INTENTS.guildPresences | INTENTS.messageContent;

/** Every bit that exists, documented up to 25 (direct message polls). */
export const KNOWN = (1 << 26) - 1;

const MESSAGES = [INTENTS.guildMessages, INTENTS.directMessages] as const;
const REACTIONS = [INTENTS.guildMessageReactions, INTENTS.directMessageReactions] as const;
const GUILDS = [INTENTS.guilds, 0] as const;

const NEEDED: Readonly<Record<string, readonly [number, number]>> = {
  MESSAGE_CREATE: MESSAGES,
  MESSAGE_UPDATE: MESSAGES,
  MESSAGE_DELETE: MESSAGES,
  MESSAGE_DELETE_BULK: MESSAGES,
  MESSAGE_REACTION_ADD: REACTIONS,
  MESSAGE_REACTION_REMOVE: REACTIONS,
  MESSAGE_REACTION_REMOVE_ALL: REACTIONS,
  MESSAGE_REACTION_REMOVE_EMOJI: REACTIONS,
  TYPING_START: [INTENTS.guildMessageTyping, INTENTS.directMessageTyping],
  GUILD_CREATE: GUILDS,
  GUILD_UPDATE: GUILDS,
  GUILD_ROLE_CREATE: GUILDS,
  CHANNEL_CREATE: GUILDS,
  CHANNEL_UPDATE: GUILDS,
  THREAD_CREATE: GUILDS,
  THREAD_UPDATE: GUILDS,
  THREAD_DELETE: GUILDS,
  THREAD_MEMBER_UPDATE: GUILDS,
  // Only what concerns the bot itself comes with `guilds`; see `eventsOf`.
  THREAD_MEMBERS_UPDATE: GUILDS,
};

/** Whether a session with these intents gets an event. Events that are in no table (interactions) always come. */
export function isSubscribed(intents: number, event: string, inGuild: boolean): boolean {
  const needed = NEEDED[event]?.[inGuild ? 0 : 1] ?? 0;
  return needed === 0 || (intents & needed) !== 0;
}
