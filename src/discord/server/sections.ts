/** The sections of `/settings`, and the menus of each. */
import { ChannelType } from "discord.js";

import { type Filter, FILTERS, type ServerSettings, serverSettings } from "../../server-settings.ts";
import { type Variant, VARIANTS } from "../../variant.ts";
import { type Locale, LOCALES } from "../../words/locale.ts";
import { variantLabel } from "../wording/labels.ts";
import { AGE_RESTRICTED_FILTER_NAME, FILTER_DOES, FILTER_NAME, panel as words } from "../wording/settings.ts";
import { settings as voteWords } from "../wording/votes.ts";
import { channels, choice, type Field, roles } from "./fields.ts";

/** Numbers of pictures and of days that can be chosen. */
const PICTURES = [0, 1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000];
const AT_ONCE = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50];
const RETENTION_DAYS = [1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90, 180, 365];
const ACCOUNT_DAYS = [1, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1000];

const NONE = "none";
const UNLIMITED = "unlimited";

/** The numbers, and the one that is set, whatever that is. */
const withOwn = (numbers: readonly number[], own: number | null | undefined): readonly number[] =>
  own == null || numbers.includes(own) ? numbers : [...numbers, own].toSorted((a, b) => a - b);

const numbers = (
  values: readonly number[],
  own: number | null | undefined,
  say: (value: number) => string,
): { readonly value: string; readonly label: string }[] =>
  withOwn(values, own).map((value) => ({ value: String(value), label: say(value) }));

const pictures = (count: number): string => (count === 0 ? words.nothing : words.pictures(count));

const numberOrNull = (value: string): number | null => (value === NONE ? null : Number(value));

const yesOrNo = ({ yes, no }: { readonly yes: string; readonly no: string }) => [
  { value: "yes", label: yes },
  { value: "no", label: no },
];

const learners = roles(
  "learn",
  ({ server }) => words.learn(server),
  () => words.pickRoles,
  ({ server }) => server.learnRoles,
  (ids) => ({ server: { learnRoles: [...ids] } }),
);

const access: readonly Field[] = [
  choice(
    "rule",
    ({ server }) => words.channels(server),
    () =>
      serverSettings.shape.channelRule.unwrap().options.map((value) => ({ value, label: words.channelRule[value] })),
    ({ server }) => server.channelRule,
    (value) => ({ server: { channelRule: value as ServerSettings["channelRule"] } }),
  ),
  channels(
    "channels",
    () => null,
    () => words.pickChannels,
    ({ server }) => server.channels,
    (ids) => ({ server: { channels: [...ids] } }),
  ),
  roles(
    "paint",
    ({ server }) => words.paint(server),
    () => words.pickRoles,
    ({ server }) => server.paintRoles,
    (ids) => ({ server: { paintRoles: [...ids] } }),
  ),
  learners,
  roles(
    "export",
    ({ server }) => words.export(server),
    () => words.pickRoles,
    ({ server }) => server.exportRoles,
    (ids) => ({ server: { exportRoles: [...ids] } }),
  ),
];

const limits: readonly Field[] = [
  choice(
    "daily",
    ({ server }) => words.daily(server),
    ({ server }) => [{ value: NONE, label: words.noLimit }, ...numbers(PICTURES, server.dailyPictures, pictures)],
    ({ server }) => String(server.dailyPictures ?? NONE),
    (value) => ({ server: { dailyPictures: numberOrNull(value) } }),
  ),
  roles(
    "role",
    ({ server }) => words.dailyByRole(server),
    () => words.pickRole,
    ({ role }) => (role ? [role.id] : []),
    ([roleId]) => (roleId === undefined ? {} : { roleId }),
    1,
  ),
  // Drawn once a role is chosen.
  {
    ...choice(
      "role-daily",
      () => null,
      ({ server, role }) => {
        const of = (own: "none" | "unlimited" | number): string => words.ofRole(role?.name ?? "", own).slice(-100);
        return [
          { value: NONE, label: of("none") },
          { value: UNLIMITED, label: of("unlimited") },
          ...numbers(PICTURES, server.dailyByRole[role?.id ?? ""], of),
        ];
      },
      ({ server, role }) => {
        const own = server.dailyByRole[role?.id ?? ""];
        return own === undefined ? NONE : String(own ?? UNLIMITED);
      },
      (value, { server, role }) => {
        if (!role) return {};
        const { [role.id]: _, ...others } = server.dailyByRole;
        const own = value === UNLIMITED ? null : Number(value);
        return { server: { dailyByRole: value === NONE ? others : { ...others, [role.id]: own } }, roleId: role.id };
      },
    ),
  },
  choice(
    "at-once",
    ({ server, atOnce }) => words.waiting(server, atOnce),
    ({ server, atOnce }) => [
      { value: NONE, label: words.asEverywhere },
      ...numbers(
        AT_ONCE.filter((count) => count < atOnce),
        server.waitingPictures,
        pictures,
      ),
    ],
    ({ server }) => String(server.waitingPictures ?? NONE),
    (value) => ({ server: { waitingPictures: numberOrNull(value) } }),
  ),
  learners,
];

const content: readonly Field[] = [
  choice(
    "filter",
    ({ server }) => words.filter(server),
    () => FILTERS.map((value) => ({ value, label: FILTER_NAME[value], description: FILTER_DOES[value] })),
    ({ server }) => server.filter,
    (value) => ({ server: { filter: value as ServerSettings["filter"] } }),
  ),
  choice(
    "age-restricted",
    ({ server }) => words.ageRestrictedFilter(server),
    () => FILTERS.map((value) => ({ value, label: AGE_RESTRICTED_FILTER_NAME[value] })),
    ({ server }) => server.ageRestrictedFilter,
    (value) => ({ server: { ageRestrictedFilter: value as Filter } }),
  ),
  choice(
    "spoilers",
    ({ server }) => words.spoilers(server),
    () => yesOrNo(words.spoilerChoice),
    ({ server }) => (server.spoilers ? "yes" : "no"),
    (value) => ({ server: { spoilers: value === "yes" } }),
  ),
];

const retention: readonly Field[] = [
  choice(
    "days",
    ({ server }) => words.retention(server),
    ({ server }) => [
      { value: NONE, label: words.asOwner },
      ...numbers(RETENTION_DAYS, server.retentionDays, words.days),
    ],
    ({ server }) => String(server.retentionDays ?? NONE),
    (value) => ({ server: { retentionDays: numberOrNull(value) } }),
  ),
];

const votes: readonly Field[] = [
  choice(
    "auto",
    ({ votes: { pinned, learning } }) =>
      pinned !== null ? voteWords.pinned(pinned) : learning ? voteWords.learning : voteWords.paper,
    () => [
      { value: "free", label: words.pinFree },
      ...VARIANTS.map((value) => ({ value, label: words.pin(variantLabel(value)) })),
    ],
    ({ votes: { pinned } }) => pinned ?? "free",
    (value) => ({ votes: { pinned: value === "free" ? null : (value as Variant) } }),
  ),
  choice(
    "learning",
    () => null,
    () => yesOrNo(words.learningChoice),
    ({ votes: { learning } }) => (learning ? "yes" : "no"),
    (value) => ({ votes: { learning: value === "yes" } }),
  ),
  choice(
    "account-days",
    ({ votes: { minAccountDays, requiredRoleId } }) => voteWords.voters(minAccountDays, requiredRoleId),
    ({ votes: { minAccountDays } }) =>
      numbers([0, ...ACCOUNT_DAYS], minAccountDays, (days) => (days === 0 ? words.anyAge : words.ageOf(days))),
    ({ votes: { minAccountDays } }) => String(minAccountDays),
    (value) => ({ votes: { minAccountDays: Number(value) } }),
  ),
  roles(
    "voters",
    () => null,
    () => words.pickVoters,
    ({ votes: { requiredRoleId } }) => (requiredRoleId === null ? [] : [requiredRoleId]),
    ([roleId], { guildId }) => ({
      votes: { requiredRoleId: roleId === undefined || roleId === guildId ? null : roleId },
    }),
    1,
  ),
];

const log: readonly Field[] = [
  channels(
    "channel",
    ({ server }) => words.log(server),
    () => words.pickLog,
    ({ server }) => (server.logChannelId === null ? [] : [server.logChannelId]),
    ([logChannelId = null]) => ({ server: { logChannelId } }),
    { types: [ChannelType.GuildText], most: 1 },
  ),
];

const language: readonly Field[] = [
  choice(
    "language",
    ({ server, ofDiscord }) => words.language(server, ofDiscord),
    ({ ofDiscord }) => [
      { value: NONE, label: words.languageFollow(ofDiscord) },
      ...LOCALES.map((value) => ({ value, label: words.languagePick(value) })),
    ],
    ({ server }) => server.language ?? NONE,
    (value) => ({ server: { language: value === NONE ? null : (value as Locale) } }),
  ),
];

export const SECTIONS = { access, limits, content, retention, votes, log, language } as const;

export type Section = keyof typeof SECTIONS;
