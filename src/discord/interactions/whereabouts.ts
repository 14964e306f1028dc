/** Where something is done: in a server of the bot's, in a direct message with it, or where it is no member. */
import { type BaseInteraction, InteractionContextType } from "discord.js";

/**
 * Whether the bot is no member of the server or of the group: its own token reaches nothing there, and all that it says goes
 * through interactions.
 */
export const isOutside = (interaction: BaseInteraction): boolean =>
  !interaction.inCachedGuild() && interaction.context !== InteractionContextType.BotDM;

/** The server whose library and settings count; `null` where none has a say. */
export const serverIdOf = (interaction: BaseInteraction): string | null =>
  interaction.inCachedGuild() ? interaction.guildId : null;
