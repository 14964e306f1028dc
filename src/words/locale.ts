/** The languages that the bot speaks, and which of them answers to a locale of Discord's. */

/** Each has a catalogue in `languages/`. */
export const LOCALES = ["en", "de", "fr", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** Spoken where nobody has said what to speak: on a terminal, in logs, and to those whose language is missing. */
export const DEFAULT_LOCALE: Locale = "en";

/** Discord's locales that each of the others answers to. */
export const DISCORD_LOCALES = {
  de: ["de"],
  fr: ["fr"],
  es: ["es-ES", "es-419"],
} as const satisfies Readonly<Record<Exclude<Locale, "en">, readonly string[]>>;

export type DiscordLocale = (typeof DISCORD_LOCALES)[keyof typeof DISCORD_LOCALES][number];

/** @param discord a locale as Discord writes it (`de`, `es-419`, `en-US`); one that is not spoken here gets English */
export const localeFor = (discord: string | null | undefined): Locale =>
  LOCALES.find((locale) => locale === discord?.split("-")[0]) ?? DEFAULT_LOCALE;
