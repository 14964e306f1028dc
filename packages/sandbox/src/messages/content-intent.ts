/** Which messages a bot may read without the message content intent. */
import type { Message } from "../world/types.ts";
import type { World } from "../world/world.ts";

/** Its own, those in direct messages, and those that mention it. */
export function isReadable(world: World, message: Message, hasIntent: boolean): boolean {
  const { botId } = world.application;
  return (
    hasIntent ||
    message.authorId === botId ||
    world.channels.get(message.channelId)?.guildId === null ||
    message.mentions.users.includes(botId)
  );
}
