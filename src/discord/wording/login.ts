/** What the operator of the bot is told at start. */
export const login = {
  missing:
    "DISCORD_TOKEN is not set. Put the bot's token into .env (see .env.example), or run `npm run demo` to try Atelier without a Discord account.",
  refused:
    "Discord refused DISCORD_TOKEN. Copy it again from https://discord.com/developers/applications > your application > Bot > Reset Token.",
} as const;
