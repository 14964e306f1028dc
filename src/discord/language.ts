/** Which language is spoken: with a person their own, with everybody in a server the server's. */
import type { BaseInteraction, Client } from "discord.js";

import type { Store } from "../store/store.ts";
import { type Locale, localeFor } from "../words/locale.ts";
import { speakIn } from "../words/say.ts";

type Settings = Pick<Store, "serverSettings">;

/** The language of what everybody in a server reads: what was chosen in `/settings`, else what Discord knows it by. */
async function languageOf(
  { serverSettings }: Settings,
  { id, preferredLocale }: { readonly id: string; readonly preferredLocale: string },
): Promise<Locale> {
  const { language } = await serverSettings.get(id);
  return language ?? localeFor(preferredLocale);
}

/** Answers somebody: what `work` says to them alone in their language, what it says to everybody in that of the place. */
export async function answerIn<T>(store: Settings, interaction: BaseInteraction, work: () => Promise<T>): Promise<T> {
  const { locale, guildId, guildLocale } = interaction;
  const own = localeFor(locale);
  if (!interaction.inCachedGuild()) return speakIn(own, work, guildId === null ? own : localeFor(guildLocale));
  return speakIn(own, work, await languageOf(store, interaction.guild));
}

/** What `work` says is for everybody in a server. One that the bot left hears English, if it hears anything. */
export async function speakToServer<T>(
  { client, store }: { readonly client: Client; readonly store: Settings },
  guildId: string | null,
  work: () => T,
): Promise<Awaited<T>> {
  const guild = client.guilds.cache.get(guildId ?? "");
  return await speakIn(guild ? await languageOf(store, guild) : localeFor(null), work);
}
