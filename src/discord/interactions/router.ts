/**
 * Routes interactions to their handlers: acknowledge, parse, run, and put a fault into words. Nothing else.
 *
 * Face of this room, in which interactions are answered. What a command may look like stands in `handler.ts`, what it works
 * with in `bot.ts`; it asks `permissions.ts`, and hands its job in through `submit.ts`. The rest the router sees to.
 */
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Client,
  Events,
  type Interaction,
} from "discord.js";

import { UserError } from "../../errors.ts";
import { admit } from "./admit.ts";
import type { Bot } from "./bot.ts";
import { parseCustomId } from "../messages/custom-id.ts";
import { discordCode, isTokenSpent } from "../discord-error.ts";
import { explain } from "./explain.ts";
import { type CommandHandler, type Commands, type Handler, isEverywhere } from "./handler.ts";
import { isOffered } from "./offered.ts";
import { type Acknowledgement, Reply, type Repliable } from "./reply.ts";
import { view, type View } from "../messages/view.ts";
import { noticeView, row, text } from "../messages/components.ts";
import { router } from "../wording/commands.ts";
import { answerIn } from "../language.ts";
import { localeFor } from "../../words/locale.ts";
import { speakIn } from "../../words/say.ts";

/** Refusals by a server's own rules. */
const HOUSE_RULES = new Set(["blocked", "channel-closed", "role-missing", "daily-limit", "waiting-limit"]);

/** Listens to `client`. @returns a function that stops taking interactions and waits for those under way */
export function route(client: Client, commands: Commands, bot: Bot): () => Promise<void> {
  const table = tableOf(commands);
  const underWay = new Set<Promise<void>>();
  const take = (interaction: Interaction): void => {
    const work = dispatch(interaction, table, bot).catch((error: unknown) => {
      bot.log.error({ err: error, interaction: interaction.id }, "an interaction could not be answered");
    });
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  client.on(Events.InteractionCreate, take);
  return async () => {
    client.off(Events.InteractionCreate, take);
    await Promise.all(underWay);
  };
}

function dispatch(interaction: Interaction, table: ReadonlyMap<string, Handler>, bot: Bot): Promise<void> {
  return speakIn(localeFor(interaction.locale), () => answer(interaction, table, bot));
}

async function answer(interaction: Interaction, table: ReadonlyMap<string, Handler>, bot: Bot): Promise<void> {
  const handler = table.get(interaction.isAutocomplete() ? commandKey(interaction) : keyFor(interaction));
  if (!interaction.inCachedGuild() && !(handler && isEverywhere(handler))) return elsewhere(interaction);
  if (interaction.isAutocomplete()) return suggest(interaction, handler, bot);
  if (handler) return handle(handler, interaction as Repliable, bot);
  if (!interaction.isRepliable()) return;
  const reply = await open(interaction, "private", bot);
  await reply.show(noticeView(router.unknown));
  await reply.done();
}

async function handle(handler: Handler, interaction: Repliable, bot: Bot): Promise<void> {
  const reply = await open(interaction, handler.acknowledge, bot);
  try {
    // A form has to be shown at once, and begins nothing.
    if (handler.acknowledge === "none") await work(handler, interaction, reply, bot);
    else {
      await bot.resumed;
      await answerIn(bot.store, interaction, () => work(handler, interaction, reply, bot));
    }
    await reply.done();
  } catch (error) {
    if (error instanceof UserError) {
      bot.log.info({ identifier: error.identifier, user: interaction.user.id }, "refused");
      tellServer(error, interaction, bot);
    }
    const words = faultView(error, handler, interaction, bot);
    void bot.deliveries.owe(`fault ${interaction.id}`, reply.channelId, () => tell(words, reply, bot));
  }
}

async function work(handler: Handler, interaction: Repliable, reply: Reply, bot: Bot): Promise<void> {
  // The table pairs each kind of interaction with handlers of that kind.
  const input = handler.parse(interaction as never);
  const { needs, acknowledge } = handler;
  const leave = needs && (await admit(bot, interaction, needs, input, acknowledge === "none"));
  try {
    await handler.run({ interaction: interaction as never, bot, reply }, input);
  } finally {
    leave?.();
  }
}

/** What is said of a fault. What was filled in and refused is offered again. */
function faultView(error: unknown, handler: Handler, interaction: Repliable, bot: Bot): View {
  const words = explain(error, bot.log);
  const again =
    error instanceof UserError && "offerAgain" in handler && handler.offerAgain
      ? handler.offerAgain(interaction as never, bot, error)
      : null;
  return again ? view([text(words), row(again)]) : noticeView(words);
}

/** A server's moderators hear of what its own rules refused. */
function tellServer(why: UserError, interaction: Repliable, { serverLog }: Bot): void {
  if (!HOUSE_RULES.has(why.identifier) || !interaction.inCachedGuild()) return;
  const { guildId, channelId, user } = interaction;
  const what = interaction.isCommand() ? `\`${interaction.commandName}\`` : null;
  void serverLog.refused({ guildId, channelId: channelId ?? "", userId: user.id, what, why });
}

async function open(interaction: Repliable, kind: Acknowledgement, bot: Bot): Promise<Reply> {
  try {
    return await Reply.open(interaction, kind, bot);
  } catch (error) {
    if (kind !== "silent") bot.openReplies.giveUp(interaction);
    throw error;
  }
}

/** Says what went wrong, as long as the person can be told. */
async function tell(words: View, reply: Reply, { log }: Bot): Promise<void> {
  await reply.whisper(words).catch((error: unknown) => {
    if (!isTokenSpent(error)) throw error;
    log.info({ code: discordCode(error) }, "nobody is left to hear about a fault");
  });
  await reply.done();
}

async function suggest(interaction: AutocompleteInteraction, handler: Handler | undefined, bot: Bot): Promise<void> {
  const choices =
    handler && "autocomplete" in handler && handler.autocomplete
      ? // Of a handler that works everywhere, or in a server.
        await handler.autocomplete(interaction as AutocompleteInteraction<"cached">, bot)
      : [];
  await interaction.respond(choices.slice(0, 25));
}

/** What works in servers alone is offered nowhere else; what comes from elsewhere is from a client that knows better. */
async function elsewhere(interaction: Interaction): Promise<void> {
  if (interaction.isAutocomplete()) await interaction.respond([]);
  else if (interaction.isRepliable()) await interaction.reply({ content: router.serversOnly, flags: ["Ephemeral"] });
}

/** Handlers by what they answer. */
const tableOf = ({ handlers, buttons, menus, modals }: Commands): ReadonlyMap<string, Handler> =>
  new Map<string, Handler>([
    ...handlers.map((handler) => [keyOf(handler), handler] as const),
    ...Object.entries(buttons).map(([family, handler]) => [`button/${family}`, handler] as const),
    ...Object.entries(menus).map(([family, handler]) => [`menu/${family}`, handler] as const),
    ...Object.entries(modals).map(([family, handler]) => [`modal/${family}`, handler] as const),
  ]);

function keyOf(handler: CommandHandler): string {
  if (handler.kind === "subcommand") return `slash/${handler.group} ${handler.data.name}`;
  return `${handler.kind}/${handler.data.name}`;
}

function keyFor(interaction: Interaction): string {
  if (interaction.isChatInputCommand()) return commandKey(interaction);
  if (interaction.isMessageContextMenuCommand()) return `message-menu/${interaction.commandName}`;
  if (interaction.isUserContextMenuCommand()) return `user-menu/${interaction.commandName}`;
  if (!(interaction.isMessageComponent() || interaction.isModalSubmit()) || !isOffered(interaction)) return "";
  const kind = interaction.isModalSubmit() ? "modal" : interaction.isButton() ? "button" : "menu";
  return `${kind}/${parseCustomId(interaction.customId).family}`;
}

function commandKey(interaction: ChatInputCommandInteraction | AutocompleteInteraction): string {
  const subcommand = interaction.options.getSubcommand(false);
  return `slash/${interaction.commandName}${subcommand === null ? "" : ` ${subcommand}`}`;
}
