/** Whether the bot offered what somebody pressed or sent in: a client of their own can send any custom id. */
import type { MessageComponentInteraction, ModalSubmitInteraction } from "discord.js";

/**
 * A button or a menu is on the message it was used on; a modal that a button opened has that button's custom id. (Where the
 * message was deleted meanwhile nothing can be looked at, and what somebody wrote counts.)
 */
export function isOffered(interaction: MessageComponentInteraction | ModalSubmitInteraction): boolean {
  if (interaction.isModalSubmit() && !interaction.isFromMessage()) return true;
  const components = interaction.message.components.map((component) => component.toJSON());
  return isAmong(components, interaction.customId);
}

function isAmong(value: unknown, customId: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("custom_id" in value && value.custom_id === customId) return true;
  return Object.values(value).some((inner) => isAmong(inner, customId));
}
