/** What the bot says of a server's own rules: refusals, the panel of `/settings`, `/block`, the log channel. */
import type { Filter, ServerSettings } from "../../server-settings.ts";
import type { Locale } from "../../words/locale.ts";
import { languageName, list, type Saying, say, sentences } from "../../words/say.ts";
import { escapeText, relativeTime } from "./markdown.ts";

const roles = (ids: readonly string[]): string[] => ids.map((id) => `<@&${id}>`);
const places = (ids: readonly string[]): string[] => ids.map((id) => `<#${id}>`);
const pictures = (count: number): string => say("settings.pictures", { count });
const days = (count: number): string => say("settings.days", { count });

export type Right = "paint" | "learn" | "export";

/**
 * Each says who can change it. They are told to whoever was refused, and to the server's log channel, each in their own
 * language.
 */
export const refusal = {
  blocked: { sentence: "refusal.blocked" },
  channel({ channelRule, channels }: Pick<ServerSettings, "channelRule" | "channels">): Saying {
    if (channelRule === "all-but") return { sentence: "refusal.channel" };
    if (channels.length === 0) return { sentence: "refusal.channel.none" };
    return { sentence: "refusal.channel.others", values: { channels: { anyOf: places(channels.slice(0, 5)) } } };
  },
  role: (right: Right, ids: readonly string[]): Saying => ({
    sentence: `refusal.role.${right}`,
    values: { roles: { anyOf: roles(ids) } },
  }),
  daily(most: number, wanted: number, roomAt: number | null): Saying {
    if (most === 0) return { sentence: "refusal.daily.none" };
    if (wanted > most) return { sentence: "refusal.daily.more", values: { most, wanted } };
    if (roomAt === null) return { sentence: "refusal.daily", values: { most } };
    return { sentence: "refusal.daily.until", values: { most, when: relativeTime(roomAt) } };
  },
  waiting: (most: number, wanted: number): Saying => ({
    sentence: wanted > most ? "refusal.waiting.more" : "refusal.waiting",
    values: { most, wanted },
  }),
} as const;

export const blocking = Object.assign(
  sentences({
    notAllowed: "block.not-allowed",
    notYourself: "block.not-yourself",
    reported: "block.reported",
  }),
  {
    notThem: (userId: string): string => say("block.not-them", { userId }),
    blocked: (userId: string): string => say("block.blocked", { userId }),
    already: (userId: string): string => say("block.already", { userId }),
    unblocked: (userId: string): string => say("block.unblocked", { userId }),
    notBlocked: (userId: string): string => say("block.not-blocked", { userId }),
    line(userId: string, byUserId: string, at: number, reason: string | null): string {
      const line = say("block.line", { userId, byUserId, when: relativeTime(at) });
      return reason === null ? line : `${line}: ${escapeText(reason)}`;
    },
    list(lines: readonly string[], more: number): string {
      if (lines.length === 0) return say("block.nobody");
      return [
        say("block.title"),
        ...lines,
        ...(more === 0 ? [] : [say("block.more", { more })]),
        say("block.undo"),
      ].join("\n");
    },
  },
);

/** What the log channel is told. */
export const serverLog = {
  /** @param what they did, as they would name it; `null`: they pressed a button */
  refused: (userId: string, what: string | null, channelId: string, why: string): string =>
    [
      say("log.refused", { userId, what: what ?? say("log.a-button"), channelId }),
      `> ${why}`,
      say("log.refused.once-an-hour"),
    ].join("\n"),
  blocked: (userId: string, byUserId: string, reason: string | null): string =>
    reason === null
      ? say("log.blocked", { userId, byUserId })
      : say("log.blocked-because", { userId, byUserId, reason: escapeText(reason) }),
  unblocked: (userId: string, byUserId: string): string => say("log.unblocked", { userId, byUserId }),
} as const;

export const SECTION_NAME = sentences({
  access: "settings.section.access",
  limits: "settings.section.limits",
  content: "settings.section.content",
  retention: "settings.section.retention",
  votes: "settings.section.votes",
  log: "settings.section.log",
  language: "settings.section.language",
});

export const FILTER_NAME: Readonly<Record<Filter, string>> = sentences({
  off: "settings.filter.off",
  blur: "settings.filter.blur",
  refuse: "settings.filter.refuse",
});

/** What each does. */
export const FILTER_DOES: Readonly<Record<Filter, string>> = sentences({
  off: "settings.filter.off-does",
  blur: "settings.filter.blur-does",
  refuse: "settings.filter.refuse-does",
});

export const AGE_RESTRICTED_FILTER_NAME: Readonly<Record<Filter, string>> = sentences({
  off: "settings.filter.off-age-restricted",
  blur: "settings.filter.blur-age-restricted",
  refuse: "settings.filter.refuse-age-restricted",
});

/** Who may, of all or of these roles. */
const who = (right: Right, ids: readonly string[]): string =>
  ids.length === 0
    ? say(`settings.${right}.all`)
    : say(`settings.${right}.some`, { roles: list(roles(ids), "disjunction") });

export const panel = Object.assign(
  sentences({
    title: "settings.title",
    section: "settings.which",
    saved: "settings.saved",
    notAllowed: "settings.not-allowed",
    pickChannels: "settings.channels.pick",
    pickRoles: "settings.roles.pick",
    pickRole: "settings.role.pick",
    noLimit: "settings.limit.none",
    asEverywhere: "settings.limit.as-everywhere",
    nothing: "settings.limit.nothing",
    asOwner: "settings.retention.as-owner",
    pickLog: "settings.log.pick",
    pinFree: "settings.auto.free",
    anyAge: "settings.voters.any-age",
    pickVoters: "settings.voters.pick",
  }),
  {
    channels({ channelRule, channels }: ServerSettings): string {
      const isClosed = channelRule !== "all-but";
      if (channels.length === 0) return say(isClosed ? "settings.channels.none" : "settings.channels.all");
      return say(isClosed ? "settings.channels.only" : "settings.channels.all-but", {
        channels: list(places(channels)),
      });
    },
    channelRule: sentences({ "all-but": "settings.channel-rule.all-but", only: "settings.channel-rule.only" }),
    paint: ({ paintRoles }: ServerSettings): string => who("paint", paintRoles),
    learn: ({ learnRoles }: ServerSettings): string => who("learn", learnRoles),
    export: ({ exportRoles }: ServerSettings): string => who("export", exportRoles),
    blocked: (count: number): string => say("settings.blocked", { count }),

    daily: ({ dailyPictures }: ServerSettings): string =>
      dailyPictures === null ? say("settings.daily.unlimited") : say("settings.daily", { most: dailyPictures }),
    dailyByRole({ dailyByRole }: ServerSettings): string {
      const lines = Object.entries(dailyByRole).map(([id, most]) =>
        most === null
          ? say("settings.by-role.line-unlimited", { role: `<@&${id}>` })
          : say("settings.by-role.line", { role: `<@&${id}>`, most }),
      );
      return lines.length === 0 ? say("settings.by-role.none") : [say("settings.by-role"), ...lines].join("\n");
    },
    waiting: ({ waitingPictures }: ServerSettings, most: number): string =>
      say("settings.waiting", { count: Math.min(most, waitingPictures ?? most), most }),
    pictures,
    /** A number of pictures of a role's own. */
    ofRole: (role: string, own: "none" | "unlimited" | number): string =>
      typeof own === "number"
        ? say("settings.of-role", { role, most: own })
        : say(own === "none" ? "settings.of-role.none" : "settings.of-role.unlimited", { role }),

    filter: ({ filter }: ServerSettings): string => say("settings.filter", { filter, does: FILTER_DOES[filter] }),
    ageRestrictedFilter: ({ ageRestrictedFilter }: ServerSettings): string =>
      say("settings.filter.age-restricted", { filter: ageRestrictedFilter }),
    spoilers: ({ spoilers }: ServerSettings): string =>
      say(spoilers ? "settings.spoilers.hidden" : "settings.spoilers.plain"),
    spoilerChoice: sentences({ yes: "settings.spoilers.yes", no: "settings.spoilers.no" }),

    retention: ({ retentionDays }: ServerSettings): string =>
      retentionDays === null ? say("settings.retention.of-owner") : say("settings.retention", { days: retentionDays }),
    days,

    log: ({ logChannelId }: ServerSettings): string =>
      logChannelId === null ? say("settings.log.none") : say("settings.log", { channelId: logChannelId }),
    logClosed: (channelId: string): string => say("settings.log.closed", { channelId }),

    language: ({ language }: ServerSettings, ofDiscord: Locale): string =>
      say("settings.language", {
        how: say(language === null ? "settings.language.of-discord" : "settings.language.chosen", {
          language: languageName(language ?? ofDiscord),
        }),
      }),
    languageFollow: (ofDiscord: Locale): string =>
      say("settings.language.follow", { language: languageName(ofDiscord) }),
    languagePick: (language: Locale): string => say("settings.language.pick", { language: languageName(language) }),

    learningChoice: sentences({ yes: "settings.learning.yes", no: "settings.learning.no" }),
    pin: (variant: string): string => say("settings.auto.pin", { variant }),
    ageOf: (count: number): string => say("settings.voters.age", { count }),
  },
);
