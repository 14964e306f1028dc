/** `/study`: asks a server's members about the pictures of a study, as the paper asked its own. */
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  SlashCommandStringOption,
  SnowflakeUtil,
} from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler, SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { localised, type NameIn, subcommand } from "../src/discord/interactions/localised.ts";
import { assertManager } from "../src/discord/interactions/permissions.ts";
import type { Acknowledgement } from "../src/discord/interactions/reply.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import type { SurveyOrder } from "../src/discord/study/surveys.ts";
import { studyWords as words } from "../src/discord/wording/study.ts";
import { UserError } from "../src/errors.ts";
import { type Letter, LETTERS } from "../src/votes/comparison.ts";
import { mayVote } from "../src/votes/voters.ts";
import { STUDY_GROUP, termsOf, withTerms } from "./study-terms.ts";

const CHOICES = 25;

const matching = (names: readonly { name: string; value: string }[], text: string): { name: string; value: string }[] =>
  names.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())).slice(0, CHOICES);

export const studyStart: SubcommandHandler<SurveyOrder> = {
  kind: "subcommand",
  group: STUDY_GROUP,
  data: withTerms(
    subcommand("study.start").addStringOption((option) =>
      localised(option, "run").setRequired(true).setAutocomplete(true).setMaxLength(100),
    ),
  ),
  acknowledge: "public",
  needs: { right: "paint", place: "post" },

  async autocomplete({ options }, { surveys }) {
    const runs = (await surveys.runs()).map((name) => ({ name, value: name }));
    return matching(runs, options.getFocused());
  },

  parse: (interaction) => ({ run: interaction.options.getString("run", true), ...termsOf(interaction) }),

  async run({ interaction, bot, reply }, order) {
    assertManager(interaction, words.notManager);
    if ((await bot.surveys.runs()).length === 0) throw new UserError("no-runs", words.noRuns);
    const { user, guildId } = interaction;
    await bot.surveys.begin(order, { userId: user.id, guildId }, reply);
  },
};

type Interaction = ChatInputCommandInteraction<"cached">;

const studyOption = localised(new SlashCommandStringOption(), "study").setAutocomplete(true);

async function surveyChoices({ guildId, options }: AutocompleteInteraction<"cached">, { store }: Bot) {
  const known = (await store.surveys.list(guildId)).map((survey) => ({
    name: words.choice(survey),
    value: survey.id,
  }));
  return matching(known, options.getFocused());
}

/** A subcommand on one of the server's studies. */
const onSurvey = (
  name: NameIn<"command.study">,
  acknowledge: Acknowledgement,
  run: (call: Parameters<SubcommandHandler<string | null>["run"]>[0], id: string | null) => Promise<void>,
): SubcommandHandler<string | null> => ({
  kind: "subcommand",
  group: STUDY_GROUP,
  data: subcommand(`${STUDY_GROUP}.${name}`).addStringOption(studyOption),
  acknowledge,
  autocomplete: surveyChoices,

  parse: ({ options }: Interaction) => options.getString("study"),

  async run(call, id) {
    assertManager(call.interaction, words.notManager);
    await run(call, id);
  },
});

export const studyStatus = onSurvey("status", "private", async ({ interaction, bot: { surveys }, reply }, id) => {
  await reply.show(await surveys.status(await surveys.find(interaction.guildId, id)));
});

export const studyReport = onSurvey("report", "public", async ({ interaction, bot: { surveys }, reply }, id) => {
  await surveys.report(await surveys.find(interaction.guildId, id), reply);
});

export const studyClose = onSurvey("close", "private", async ({ interaction, bot: { surveys }, reply }, id) => {
  const survey = await surveys.find(interaction.guildId, id);
  if (await surveys.painted.stop(survey.id)) return reply.show(noticeView(words.paintingStopped(survey)));
  if (!(await surveys.close(survey))) throw new UserError("survey-closed", words.alreadyClosed);
  await reply.show(noticeView(words.closing));
});

interface Pressed {
  readonly act: string;
  readonly id: string;
  readonly position: number;
  /** In the order in which they were pressed. */
  readonly picked: readonly Letter[];
}

const isLetter = (letter: string): letter is Letter => (LETTERS as readonly string[]).includes(letter);

function parsePress({ customId }: { readonly customId: string }): Pressed {
  const [act = "", id = "", position = "0", letters = ""] = parseCustomId(customId).parts;
  return { act, id, position: Number(position), picked: letters.split("").filter(isLetter) };
}

type Press = Parameters<ButtonHandler<Pressed>["run"]>[0];

/** Those whose medals count here may, unless they are kept from using the bot. */
async function assertMayTakePart({ interaction, bot: { store } }: Press): Promise<void> {
  const { guildId, user, member } = interaction;
  if (await store.blocks.isBlocked(guildId, user.id)) throw new UserError("blocked", words.blocked);
  const voter = { accountAt: SnowflakeUtil.timestampFrom(user.id), roles: [...member.roles.cache.keys()] };
  if (!mayVote(voter, Date.now(), await store.voteSettings.get(guildId)))
    throw new UserError("not-admitted", words.notAdmitted);
}

async function pressed(call: Press, { act, id, position, picked }: Pressed): Promise<void> {
  const { interaction, bot, reply } = call;
  const { surveys } = bot;
  const userId = interaction.user.id;
  if (act === "stop") {
    assertManager(interaction, words.notManager);
    if (!(await surveys.painted.stop(id))) throw new UserError("survey-painted", words.paintedAlready);
    return reply.show(noticeView(words.stopped));
  }
  if (act === "withdraw") return reply.show(noticeView(await surveys.withdraw(id, userId)));
  await assertMayTakePart(call);
  if (act === "agree") return reply.show(await surveys.agree(id, userId));
  if (act === "rank") return reply.show(await surveys.rank(id, userId, position, picked));
  return reply.show(await surveys.next(id, userId));
}

/** On what everybody sees: whoever presses is answered alone. */
export const studyButton: ButtonHandler<Pressed> = {
  kind: "button",
  acknowledge: "private",
  parse: parsePress,
  run: pressed,
};

/** On what one person sees: it turns into what comes next. */
export const studyPanel: ButtonHandler<Pressed> = { ...studyButton, acknowledge: "silent" };
