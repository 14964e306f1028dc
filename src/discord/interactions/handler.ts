/**
 * What a file in `commands/` exports: how an interaction is acknowledged, read, and handed over. The router acknowledges
 * before anything else happens, so `run` may take its time.
 */
import type {
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  ModalSubmitInteraction,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
  SlashCommandSubcommandBuilder,
} from "discord.js";

import type { Bot } from "./bot.ts";
import type { Reply } from "./reply.ts";

/**
 * - `public`: "thinking…" for everybody, then a message
 * - `private`: the same for the person alone
 * - `silent`: the message with the button stays as it is; what there is to say is said to the person alone
 * - `none`: `run` answers at once by itself, with a modal
 */
export type Acknowledgement = "public" | "private" | "silent" | "none";

interface Handles<I, T> {
  readonly acknowledge: Acknowledgement;
  /** Reads what was given. @throws UserError */
  parse(interaction: I): T;
  run(call: Call<I>, input: T): Promise<void>;
}

/** One interaction on its way through a handler. */
export interface Call<I> {
  readonly interaction: I;
  readonly bot: Bot;
  readonly reply: Reply;
}

export interface SlashHandler<T = unknown> extends Handles<ChatInputCommandInteraction<"cached">, T> {
  readonly kind: "slash";
  readonly data: RESTPostAPIChatInputApplicationCommandsJSONBody;
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

/** All buttons whose custom id begins with `family`. */
export interface ButtonHandler<T = unknown> extends Handles<ButtonInteraction<"cached">, T> {
  readonly kind: "button";
  readonly family: string;
}

export interface ModalHandler<T = unknown> extends Handles<ModalSubmitInteraction<"cached">, T> {
  readonly kind: "modal";
  readonly family: string;
}

export type Handler = SlashHandler | SubcommandHandler | MessageMenuHandler | ButtonHandler | ModalHandler;

/** Commands by name, with the descriptions of the groups that subcommands belong to. */
export interface Commands {
  readonly handlers: readonly Handler[];
  readonly groups: Readonly<Record<string, string>>;
}
