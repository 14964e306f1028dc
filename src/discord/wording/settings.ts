/** What the bot says of a server's own rules: refusals, the panel of `/settings`, `/block`, the log channel. */
import type { Filter, ServerSettings } from "../../server-settings.ts";
import type { Locale } from "../../words/locale.ts";
import { languageName, say } from "../../words/say.ts";
import { escapeText, relativeTime } from "./markdown.ts";

const or = new Intl.ListFormat("en", { type: "disjunction" });
const and = new Intl.ListFormat("en", { type: "conjunction" });

const MANAGER = "Somebody who manages the server";
const CHANGE = `${MANAGER} can change that with \`/settings\`.`;
const MORE = `${MANAGER} can allow more with \`/settings\`.`;

const roles = (ids: readonly string[]): string[] => ids.map((id) => `<@&${id}>`);
const places = (ids: readonly string[]): string[] => ids.map((id) => `<#${id}>`);
const pictures = (count: number): string => (count === 1 ? "1 picture" : `${count.toLocaleString("en")} pictures`);

export type Right = "paint" | "learn" | "export";

const DOES: Readonly<Record<Right, string>> = {
  paint: "have me paint",
  learn: "have me learn styles",
  export: "take styles away as files",
};

/** Each says who can change it. */
export const refusal = {
  blocked:
    "You cannot use me in this server: somebody who keeps order here has blocked you. Whoever manages the server or moderates its members can take that back with `/unblock`.",
  channel({ channelRule, channels }: Pick<ServerSettings, "channelRule" | "channels">): string {
    const where =
      channelRule === "all-but"
        ? "I do not paint in this channel."
        : channels.length === 0
          ? "I do not paint in any channel of this server for now."
          : `I do not paint in this channel. Try ${or.format(places(channels.slice(0, 5)))}.`;
    return `${where} ${CHANGE}`;
  },
  role: (right: Right, ids: readonly string[]): string =>
    `Only members with ${or.format(roles(ids))} may ${DOES[right]} in this server. ${CHANGE}`,
  daily(most: number, wanted: number, roomAt: number | null): string {
    if (most === 0) return `You cannot have pictures painted in this server. ${MORE}`;
    if (wanted > most)
      return `That makes ${pictures(wanted)}, and you may have ${pictures(most)} in 24 hours in this server. ${MORE}`;
    const when = roomAt === null ? "" : ` There will be room ${relativeTime(roomAt)}.`;
    return `You have had as many pictures as you may in 24 hours in this server: ${most.toLocaleString("en")}.${when} ${MORE}`;
  },
  waiting(most: number, wanted: number): string {
    if (wanted > most)
      return `That makes ${pictures(wanted)} at once, and one person may have ${pictures(most)} in the queue in this server. ${MORE}`;
    return `You already have ${pictures(most)} in the queue, as many as one person may in this server. There will be room when one of them is done. ${MORE}`;
  },
} as const;

export const blocking = {
  notAllowed:
    "Blocking is for members with the permission **Manage Server** or **Moderate Members**. Whoever manages the server can give you one of them.",
  notThem: (userId: string): string =>
    `<@${userId}> manages this server or is a bot, and cannot be blocked. Whoever owns the server can take their permission away.`,
  notYourself: "You cannot block yourself.",
  reported: "a picture of theirs was reported",
  blocked: (userId: string): string =>
    `<@${userId}> cannot use me in this server any more. They can still delete what is theirs. \`/unblock\` takes it back.`,
  already: (userId: string): string => `<@${userId}> is blocked already. \`/unblock\` takes it back.`,
  unblocked: (userId: string): string => `<@${userId}> may use me in this server again.`,
  notBlocked: (userId: string): string => `<@${userId}> is not blocked in this server.`,
  line: (userId: string, byUserId: string, at: number, reason: string | null): string =>
    `- <@${userId}>, by <@${byUserId}> ${relativeTime(at)}${reason === null ? "" : `: ${escapeText(reason)}`}`,
  list(lines: readonly string[], more: number): string {
    if (lines.length === 0) return "Nobody is blocked in this server. `/block member:` blocks somebody.";
    const rest = more === 0 ? "" : `\n-# … and ${more.toLocaleString("en")} more`;
    return `### Blocked in this server\n${lines.join("\n")}${rest}\n-# \`/unblock\` takes it back.`;
  },
} as const;

/** What the log channel is told. */
export const serverLog = {
  button: "a button",
  refused: (userId: string, what: string, channelId: string, why: string): string =>
    `🚫 <@${userId}> was refused ${what} in <#${channelId}>:\n> ${why}\n-# The same is told once an hour.`,
  blocked: (userId: string, byUserId: string, reason: string | null): string =>
    `⛔ <@${byUserId}> has blocked <@${userId}>${reason === null ? "." : `: ${escapeText(reason)}`}`,
  unblocked: (userId: string, byUserId: string): string => `✅ <@${byUserId}> has unblocked <@${userId}>.`,
} as const;

export const SECTION_NAME = {
  access: "Access: where, and who",
  limits: "Limits: how much",
  content: "Content: what is shown",
  retention: "Retention: how long I keep pictures",
  votes: "Votes: what medals do",
  log: "Log: what the moderators hear",
  get language() {
    return say("settings.section.language");
  },
} as const;

export const FILTER_NAME: Readonly<Record<ServerSettings["filter"], readonly [name: string, what: string]>> = {
  off: ["Off", "Every picture is shown as it is"],
  blur: ["Blur", "Unfit pictures are hidden behind a spoiler"],
  refuse: ["Refuse", "Unfit pictures are not taken, painted or shown"],
};

export const AGE_RESTRICTED_FILTER_NAME: Readonly<Record<Filter, string>> = {
  off: "Off in age-restricted channels",
  blur: "Blur in age-restricted channels too",
  refuse: "Refuse in age-restricted channels too",
};

const only = (ids: readonly string[], none: string): string =>
  ids.length === 0 ? none : `members with ${or.format(roles(ids))}, and whoever manages the server`;

export const panel = {
  title: "### ⚙️ Settings of this server",
  section: "Which settings",
  saved: "-# Whatever you choose counts from the next command on.",
  notAllowed: "These settings are for members with the permission **Manage Server**.",

  channels({ channelRule, channels }: ServerSettings): string {
    const named = channels.length === 0 ? "" : and.format(places(channels));
    if (channelRule === "all-but") return `**Where**: in all channels${named === "" ? "" : ` but ${named}`}.`;
    return `**Where**: ${named === "" ? "nowhere: choose the channels" : `only in ${named}`}.`;
  },
  channelRule: { "all-but": "In all channels, but for those below", only: "In no channel, but for those below" },
  pickChannels: "Those channels, or whole categories",
  paint: ({ paintRoles }: ServerSettings): string => `**Who may paint**: ${only(paintRoles, "everybody")}.`,
  learn: ({ learnRoles }: ServerSettings): string =>
    `**Who may have styles learned**: ${only(learnRoles, "everybody who may paint")}.`,
  export: ({ exportRoles }: ServerSettings): string =>
    `**Who may export**: ${only(exportRoles, "learned styles everybody, ballots whoever manages the server")}.`,
  pickRoles: "Everybody, or these roles",
  blocked: (count: number): string =>
    `**Blocked**: ${count === 0 ? "nobody" : `${count.toLocaleString("en")} ${count === 1 ? "member" : "members"}`}. \`/block\` shows and blocks, \`/unblock\` takes it back.`,

  daily: ({ dailyPictures }: ServerSettings): string =>
    `**In 24 hours** a member may have ${dailyPictures === null ? "as many pictures as they like" : pictures(dailyPictures)}.`,
  dailyByRole({ dailyByRole }: ServerSettings): string {
    const lines = Object.entries(dailyByRole).map(
      ([id, most]) => `- <@&${id}>: ${most === null ? "as many as they like" : pictures(most)}`,
    );
    const own = lines.length === 0 ? "none has a number of its own." : `\n${lines.join("\n")}`;
    return `**By role**, the highest counts: ${own}`;
  },
  pickRole: "Give a role its own number",
  waiting: ({ waitingPictures }: ServerSettings, most: number): string =>
    `**At once** a member may have ${pictures(Math.min(most, waitingPictures ?? most))} in the queue. Whoever runs me allows ${most.toLocaleString("en")}.`,
  noLimit: "As many as they like",
  noOwn: "No number of its own",
  asEverywhere: "As many as everywhere",
  nothing: "None",
  pictures,
  ofRole: (name: string): string => `For ${name}`,

  filter: ({ filter }: ServerSettings): string =>
    `**Safety filter**: ${FILTER_NAME[filter][0].toLowerCase()}. ${FILTER_NAME[filter][1]}.`,
  ageRestrictedFilter: ({ ageRestrictedFilter }: ServerSettings): string =>
    `**In age-restricted channels**: ${FILTER_NAME[ageRestrictedFilter][0].toLowerCase()}.`,
  spoilers: ({ spoilers }: ServerSettings): string =>
    `**Results** are ${spoilers ? "hidden until somebody clicks them" : "plain to see"}.`,
  spoilerChoice: { yes: "Results as spoilers", no: "Results plain to see" },

  retention: ({ retentionDays }: ServerSettings): string =>
    `**Pictures** are erased ${retentionDays === null ? "when whoever runs me has set" : `after ${days(retentionDays)}, or sooner where whoever runs me has set that`}. Saved styles and what is still voted on stay.`,
  asOwner: "As whoever runs the bot has set",
  days,

  log: ({ logChannelId }: ServerSettings): string =>
    logChannelId === null
      ? "**Log**: no channel is told of deletions, blocks, reports and refusals."
      : `**Log**: <#${logChannelId}> is told of deletions, blocks, reports and refusals.`,
  pickLog: "No channel, or this one",
  logClosed: (channelId: string): string =>
    `I cannot write in <#${channelId}>: I need **View Channel** and **Send Messages** there. Somebody who manages the server can allow that in the channel's settings.`,

  language: ({ language }: ServerSettings, ofDiscord: Locale): string =>
    say("settings.language", {
      how: say(language === null ? "settings.language.of-discord" : "settings.language.chosen", {
        language: languageName(language ?? ofDiscord),
      }),
    }),
  languageFollow: (ofDiscord: Locale): string => say("settings.language.follow", { language: languageName(ofDiscord) }),
  languagePick: (language: Locale): string => say("settings.language.pick", { language: languageName(language) }),

  learningChoice: { yes: "Auto learns from this server's ballots", no: "Auto does not learn from ballots" },
  pinFree: "Auto takes nothing in particular",
  pin: (variant: string): string => `Auto always takes: ${variant}`,
  anyAge: "Medals of accounts of any age count",
  ageOf: (count: number): string => `Medals of accounts that are ${days(count)} old or older count`,
  pickVoters: "Medals of everybody, or of this role, count",
} as const;

function days(count: number): string {
  return count === 1 ? "1 day" : `${count.toLocaleString("en")} days`;
}
