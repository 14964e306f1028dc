/** `/scores show` and `/scores export`: what people prefer, and the ballots behind it. */
import { type ChatInputCommandInteraction, FileBuilder, type SlashCommandSubcommandBuilder } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { choice, localised, type NameIn, subcommand } from "../src/discord/interactions/localised.ts";
import { assertBotOwner, assertManager } from "../src/discord/interactions/permissions.ts";
import { assertWelcome } from "../src/discord/server/house-rules.ts";
import type { Acknowledgement } from "../src/discord/interactions/reply.ts";
import { text, noticeView } from "../src/discord/messages/components.ts";
import { view, type View, type ViewFile } from "../src/discord/messages/view.ts";
import { scoresView } from "../src/discord/votes/scores-view.ts";
import { CATEGORIES, PERIODS, SCOPES, type ScoreFilter, scores as words } from "../src/discord/wording/votes.ts";
import { STYLIZER_IDS } from "../src/painting.ts";
import { type Ballots, loadAllBallots, type Wanted } from "../src/store/ballots.ts";
import { anonymise, toCsv, toJson } from "../src/votes/export.ts";
import { sayAloud } from "../src/words/say.ts";

const DAY_MS = 86_400_000;

const withFilter = (command: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder =>
  command
    .addStringOption((option) =>
      localised(option, "scope").setChoices(SCOPES.map((value) => choice(`choice.scope.${value}`, value))),
    )
    .addStringOption((option) =>
      localised(option, "category").setChoices(CATEGORIES.map((value) => choice(`choice.category.${value}`, value))),
    )
    .addStringOption((option) =>
      localised(option, "period").setChoices(PERIODS.map((value) => choice(`choice.period.${value}`, value))),
    )
    .addStringOption((option) =>
      localised(option, "engine").setChoices(STYLIZER_IDS.map((value) => choice(`choice.engine.${value}`, value))),
    );

const filterIn = ({ options }: { readonly options: { getString(name: string): string | null } }): ScoreFilter => ({
  scope: (options.getString("scope") as ScoreFilter["scope"] | null) ?? "server",
  category: (options.getString("category") as ScoreFilter["category"] | null) ?? "overall",
  period: (options.getString("period") as ScoreFilter["period"] | null) ?? "all",
  engine: (options.getString("engine") as ScoreFilter["engine"] | null) ?? "all",
});

/** Which ballots a filter leaves. The same ones are exported, so that the figures can be computed again. */
export function isWanted(filter: ScoreFilter, now = Date.now()): Wanted {
  const since = filter.period === "all" ? -Infinity : now - Number(filter.period) * DAY_MS;
  return ({ category, engine, at }) =>
    at >= since &&
    (filter.category === "overall" || category === filter.category) &&
    (filter.engine === "all" || engine === filter.engine);
}

type Show = (ballots: Ballots, filter: ScoreFilter, bot: Bot) => Promise<View>;
type Interaction = ChatInputCommandInteraction<"cached">;

/** A subcommand of `/scores`: `show` gets the ballots that the filter leaves, with every medal that was heard of until now. */
const onBallots = (
  name: NameIn<"command.scores">,
  acknowledge: Acknowledgement,
  show: Show,
  assertMay: (interaction: Interaction, filter: ScoreFilter, bot: Bot) => Promise<void> = async () => undefined,
): SubcommandHandler<ScoreFilter> => ({
  kind: "subcommand",
  group: "scores",
  data: withFilter(subcommand(`scores.${name}`)),
  acknowledge,

  parse: filterIn,

  async run({ interaction, bot, reply }, filter) {
    await assertMay(interaction, filter, bot);
    await bot.votes.recorded();
    const guildId = filter.scope === "server" ? interaction.guildId : null;
    await reply.show(await show(await loadAllBallots(bot.store, guildId, isWanted(filter)), filter, bot));
  },
});

export const scoresShow = onBallots("show", "public", (ballots, filter) => sayAloud(() => scoresView(ballots, filter)));

export const scoresExport = onBallots(
  "export",
  "private",
  async ({ variants, paths }, filter, bot) => {
    if (variants.length + paths.length === 0) return noticeView(words.nothingToExport);
    const salt = await bot.store.voteSettings.exportSalt();
    const hidden = anonymise(variants, salt);
    const about = words.about(filter);
    const file = (name: string, data: string): ViewFile => ({ name, data: Buffer.from(data), alt: about, key: name });
    const files = [file("ballots.csv", toCsv(hidden)), file("ballots.json", toJson(hidden))];
    if (paths.length > 0) files.push(file("path-ballots.csv", toCsv(anonymise(paths, salt))));
    const shown = files.map(({ name }) => new FileBuilder().setURL(`attachment://${name}`));
    const said = [
      words.exported(about, variants.length),
      ...(paths.length > 0 ? [words.exportedPaths(paths.length)] : []),
    ];
    return view([text(said.join("\n")), ...shown], files);
  },
  // Who voted for what stays guessable among few people, however it is hidden.
  async (interaction, { scope }, { store }) => {
    if (scope !== "server") return assertBotOwner(interaction, words.exportForOwner);
    const { exportRoles } = await assertWelcome(store, interaction, "export");
    if (exportRoles.length === 0) assertManager(interaction, words.exportForManagers);
  },
);
