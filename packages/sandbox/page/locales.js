/** Discord's locales, and what of a text in several of them somebody is shown. Shared by the page and the server. */

/** Every locale that Discord knows, by what it is called in itself. */
export const LOCALES = /** @type {const} */ ({
  ar: "العربية",
  bg: "Български",
  cs: "Čeština",
  da: "Dansk",
  de: "Deutsch",
  el: "Ελληνικά",
  "en-GB": "English, UK",
  "en-US": "English, US",
  "es-419": "Español, LATAM",
  "es-ES": "Español",
  fi: "Suomi",
  fr: "Français",
  he: "עברית",
  hi: "हिन्दी",
  hr: "Hrvatski",
  hu: "Magyar",
  id: "Bahasa Indonesia",
  it: "Italiano",
  ja: "日本語",
  ko: "한국어",
  lt: "Lietuviškai",
  nl: "Nederlands",
  no: "Norsk",
  pl: "Polski",
  "pt-BR": "Português do Brasil",
  ro: "Română",
  ru: "Русский",
  "sv-SE": "Svenska",
  th: "ไทย",
  tr: "Türkçe",
  uk: "Українська",
  vi: "Tiếng Việt",
  "zh-CN": "中文",
  "zh-TW": "繁體中文",
});

/** @typedef {keyof typeof LOCALES} Locale */

/** @type {Locale} */
export const DEFAULT_LOCALE = "en-US";

/**
 * Where a text is looked for next.
 * @type {{ readonly [From in Locale]?: Locale }}
 */
const FALLBACKS = { "en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES" };

/**
 * @param {unknown} text
 * @returns {text is Locale}
 */
export const isLocale = (text) => typeof text === "string" && Object.hasOwn(LOCALES, text);

/**
 * What a dictionary has for somebody of a locale; nothing: they are shown the default.
 * @param {Readonly<Record<string, string>> | null | undefined} dictionary
 * @param {Locale} locale
 * @returns {string | undefined}
 */
export const inLocale = (dictionary, locale) => dictionary?.[locale] ?? dictionary?.[FALLBACKS[locale] ?? locale];
