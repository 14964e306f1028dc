/**
 * What a file in `commands/` exports: how an interaction is acknowledged, read, and handed over. The router acknowledges
 * before anything else happens, so `run` may take its time.
 */
import type {
  AnySelectMenuInteraction,
  AutocompleteInteraction,
  ButtonBuilder,
  ButtonInteraction,
  CacheType,
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  ModalSubmitInteraction,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
  SlashCommandSubcommandBuilder,
  UserContextMenuCommandInteraction,
} from "discord.js";

import type { UserError } from "../../errors.ts";
import type { Bot } from "./bot.ts";
import type { ButtonFamily, MenuFamily, ModalFamily } from "../messages/custom-id.ts";
import type { Acknowledgement, Reply } from "./reply.ts";
import type { CommandName } from "./localised.ts";
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

/** Where a handler works; said at the handler, by which its interactions are typed. */
type Reach<C extends CacheType> = C extends "cached"
  ? { readonly everywhere?: never }
  : {
      /** Also in direct messages, and where the bot is no member, for whoever has installed it for themselves. */
      readonly everywhere: true;
    };

interface Handles<I, T> {
  readonly acknowledge: Acknowledgement;
  /** Asked before anything else is done; absent: whoever sees it may. */
  readonly needs?: Needs<T>;
  /** Reads what was given. @throws UserError */
  parse(interaction: I): T;
  run(call: Call<I>, input: T): Promise<void>;
}

/** Where it was refused: the button that shows a form with what was filled in; `null` where that is not kept any more. */
type OfferAgain<I> = (interaction: I, bot: Bot, refusal: UserError) => ButtonBuilder | null;

/** One interaction on its way through a handler. */
export interface Call<I> {
  readonly interaction: I;
  readonly bot: Bot;
  readonly reply: Reply;
}

interface Slash<T, C extends CacheType> extends Handles<ChatInputCommandInteraction<C>, T> {
  readonly kind: "slash";
  readonly data: RESTPostAPIChatInputApplicationCommandsJSONBody;
  offerAgain?: OfferAgain<ChatInputCommandInteraction<C>>;
  autocomplete?(interaction: AutocompleteInteraction<C>, bot: Bot): Promise<readonly { name: string; value: string }[]>;
}
export type SlashHandler<T = unknown, C extends CacheType = "cached"> = Slash<T, C> & Reach<C>;

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

interface MessageMenu<T, C extends CacheType> extends Handles<MessageContextMenuCommandInteraction<C>, T> {
  readonly kind: "message-menu";
  readonly data: RESTPostAPIContextMenuApplicationCommandsJSONBody;
}
export type MessageMenuHandler<T = unknown, C extends CacheType = "cached"> = MessageMenu<T, C> & Reach<C>;

export interface UserMenuHandler<T = unknown> extends Handles<UserContextMenuCommandInteraction, T> {
  readonly kind: "user-menu";
  readonly everywhere: true;
  readonly data: RESTPostAPIContextMenuApplicationCommandsJSONBody;
}

interface Button<T, C extends CacheType> extends Handles<ButtonInteraction<C>, T> {
  readonly kind: "button";
}
/** All buttons of one family. */
export type ButtonHandler<T = unknown, C extends CacheType = "cached"> = Button<T, C> & Reach<C>;

/** All menus of one family, of whatever they hold. */
export interface MenuHandler<T = unknown> extends Handles<AnySelectMenuInteraction<"cached">, T> {
  readonly kind: "menu";
}

interface Modal<T, C extends CacheType> extends Handles<ModalSubmitInteraction<C>, T> {
  readonly kind: "modal";
  offerAgain?: OfferAgain<ModalSubmitInteraction<C>>;
}
/** All modals of one family. */
export type ModalHandler<T = unknown, C extends CacheType = "cached"> = Modal<T, C> & Reach<C>;

/** What is registered with Discord. */
export type CommandHandler =
  | SlashHandler
  | SlashHandler<unknown, CacheType>
  | SubcommandHandler
  | MessageMenuHandler
  | MessageMenuHandler<unknown, CacheType>
  | UserMenuHandler;

type AnyButton = ButtonHandler | ButtonHandler<unknown, CacheType>;
type AnyModal = ModalHandler | ModalHandler<unknown, CacheType>;

export type Handler = CommandHandler | AnyButton | MenuHandler | AnyModal;

export const isEverywhere = (handler: Handler): boolean => "everywhere" in handler && handler.everywhere;

interface CommandGroup {
  /** Who sees it; absent: everybody. */
  readonly permissions?: bigint;
}

/** Everything that somebody can do. */
export interface Commands {
  readonly handlers: readonly CommandHandler[];
  /** The groups that subcommands belong to, by name. */
  readonly groups: Readonly<Partial<Record<CommandName, CommandGroup>>>;
  readonly buttons: Readonly<Record<ButtonFamily, AnyButton>>;
  readonly menus: Readonly<Record<MenuFamily, MenuHandler>>;
  readonly modals: Readonly<Record<ModalFamily, AnyModal>>;
}
