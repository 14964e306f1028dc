/** Where a bot under measurement finds its Discord and keeps its data. */
import type { DiscordSandbox } from "@atelier/sandbox";

/** Settings of a bot that is at home in `discord`, with data of its own in `folder`. */
export const botSettings = (discord: DiscordSandbox, folder: string) => ({
  DISCORD_TOKEN: discord.botToken,
  DISCORD_API_BASE: discord.apiBase,
  DISCORD_CDN_BASE: discord.cdnBase,
  DATA_DIR: folder,
});

/** The same as variables of a process: whatever else is set around it, it is one bot with a folder of its own. */
export const botEnvironment = (discord: DiscordSandbox, folder: string) => ({
  ...botSettings(discord, folder),
  DATABASE_URL: "",
  QUEUE_URL: "",
  PICTURES_URL: "",
  SHARDS: "",
  OPS_PORT: "",
});
