/**
 * What a file in `commands/` exports: how an interaction is acknowledged, read, and handed over. The router acknowledges
 * before anything else happens, so `run` may take its time.
 */
import type {
  AnySelectMenuInteraction,
  AutocompleteInteraction,
  ButtonBuilder,
  ButtonInteraction,
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  ModalSubmitInteraction,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
  SlashCommandSubcommandBuilder,
} from "discord.js";

import type { Bot } from "./bot.ts";
import type { ButtonFamily, MenuFamily, ModalFamily } from "../messages/custom-id.ts";
import type { Acknowledgement, Reply } from "./reply.ts";
import type { Right } from "../wording/settings.ts";

/** What somebody must be allowed, for something to be done for them. */
export interface Needs<T = unknown> {
  /** By the server's own rules. */
  readonly right: Right;
  /** Where the bot must be able to work, or to post in the very channel; absent: its answer is all there will be. */
  readonly place?: "work" | "post";
  /** Pictures that count among those a member may have. */
  pictures?(input: T): number;
}

interface Handles<I, T> {
  readonly acknowledge: Acknowledgement;
  /** Asked before anything else is done; absent: whoever sees it may. */
  readonly needs?: Needs<T>;
  /** Reads what was given. @throws UserError */
  parse(interaction: I): T;
  run(call: Call<I>, input: T): Promise<void>;
}

/** Where it was refused: the button that shows a form with what was filled in; `null` where that is not kept any more. */
type OfferAgain<I> = (interaction: I, bot: Bot) => ButtonBuilder | null;

/** One interaction on its way through a handler. */
export interface Call<I> {
  readonly interaction: I;
  readonly bot: Bot;
  readonly reply: Reply;
}

export interface SlashHandler<T = unknown> extends Handles<ChatInputCommandInteraction<"cached">, T> {
  readonly kind: "slash";
  readonly data: RESTPostAPIChatInputApplicationCommandsJSONBody;
  offerAgain?: OfferAgain<ChatInputCommandInteraction<"cached">>;
  autocomplete?(
    interaction: AutocompleteInteraction<"cached">,
    bot: Bot,
  ): Promise<readonly { name: string; value: string }[]>;
}

/** `/group name`: its file knows the subcommand, `commands/index.ts` the group. */
export interface SubcommandHandler<T = unknown> extends Handles<ChatInputCommandInteraction<"cached">, T> {
  readonly kind: "subcommand";
  readonly group: string;
  readonly data: SlashCommandSubcommandBuilder;
  autocomplete?(
    interaction: AutocompleteInteraction<"cached">,
    bot: Bot,
  ): Promise<readonly { name: string; value: string }[]>;
}

export interface MessageMenuHandler<T = unknown> extends Handles<MessageContextMenuCommandInteraction<"cached">, T> {
  readonly kind: "message-menu";
  readonly data: RESTPostAPIContextMenuApplicationCommandsJSONBody;
}

/** All buttons of one family. */
export interface ButtonHandler<T = unknown> extends Handles<ButtonInteraction<"cached">, T> {
  readonly kind: "button";
}

/** All menus of one family, of whatever they hold. */
export interface MenuHandler<T = unknown> extends Handles<AnySelectMenuInteraction<"cached">, T> {
  readonly kind: "menu";
}

/** All modals of one family. */
export interface ModalHandler<T = unknown> extends Handles<ModalSubmitInteraction<"cached">, T> {
  readonly kind: "modal";
  offerAgain?: OfferAgain<ModalSubmitInteraction<"cached">>;
}

/** What is registered with Discord. */
export type CommandHandler = SlashHandler | SubcommandHandler | MessageMenuHandler;

export type Handler = CommandHandler | ButtonHandler | MenuHandler | ModalHandler;

interface CommandGroup {
  readonly description: string;
  /** Who sees it; absent: everybody. */
  readonly permissions?: bigint;
}

/** Everything that somebody can do. */
export interface Commands {
  readonly handlers: readonly CommandHandler[];
  /** The groups that subcommands belong to, by name. */
  readonly groups: Readonly<Record<string, CommandGroup>>;
  readonly buttons: Readonly<Record<ButtonFamily, ButtonHandler>>;
  readonly menus: Readonly<Record<MenuFamily, MenuHandler>>;
  readonly modals: Readonly<Record<ModalFamily, ModalHandler>>;
}
