/** Registers the commands, and only when they differ from what Discord has: a write costs of 200 a day. */
import { isDeepStrictEqual } from "node:util";

import {
  ApplicationIntegrationType,
  type Client,
  InteractionContextType,
  type RESTPostAPIApplicationCommandsJSONBody,
  Routes,
} from "discord.js";

import type { Logger } from "../../log.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { isPassing } from "../discord-error.ts";
import { type Commands, isEverywhere } from "./handler.ts";
import { type CommandName, slashCommand } from "./localised.ts";

const IN_SERVERS = {
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
};
const EVERYWHERE = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
};

/**
 * What is registered: each command once, subcommands gathered under their group.
 *
 * @param forPeople people may install the application for themselves, as its settings on Discord say
 */
export function commandBodies(
  { handlers, groups }: Commands,
  forPeople: boolean,
): RESTPostAPIApplicationCommandsJSONBody[] {
  const bodies: RESTPostAPIApplicationCommandsJSONBody[] = [];
  for (const handler of handlers)
    if (handler.kind !== "subcommand")
      bodies.push({ ...handler.data, ...(forPeople && isEverywhere(handler) ? EVERYWHERE : IN_SERVERS) });
  for (const [name, { permissions = null }] of Object.entries(groups)) {
    const group = slashCommand(name as CommandName).setDefaultMemberPermissions(permissions);
    for (const handler of handlers)
      if (handler.kind === "subcommand" && handler.group === name) group.addSubcommand(handler.data);
    bodies.push({ ...group.toJSON(), ...IN_SERVERS });
  }
  return bodies;
}

interface RegistrationOptions {
  readonly deliveries: Deliveries;
  readonly log: Logger;
}

/**
 * Registers them now, or as soon as Discord can be talked to: a bot that starts need not wait for that, as they are
 * registered already but for the first time.
 *
 * @throws DiscordAPIError when Discord refuses them
 */
export async function registerSoon(
  client: Client<true>,
  commands: Commands,
  options: RegistrationOptions,
): Promise<void> {
  const { deliveries, log } = options;
  const register = (): Promise<void> => registerCommands(client, commands, options);
  await register().catch((error: unknown) => {
    if (!isPassing(error)) throw error;
    log.warn({ err: error }, "the commands are registered later");
    void deliveries.owe("commands", "", register);
  });
}

async function registerCommands(client: Client<true>, commands: Commands, { log }: RegistrationOptions): Promise<void> {
  const { integrationTypesConfig } = await client.application.fetch();
  const wanted = commandBodies(
    commands,
    integrationTypesConfig?.[ApplicationIntegrationType.UserInstall] !== undefined,
  );
  const route = Routes.applicationCommands(client.application.id);
  const query = new URLSearchParams({ with_localizations: "true" });
  const present = (await client.rest.get(route, { query })) as Command[];
  if (isDeepStrictEqual(canonical(present), canonical(wanted))) {
    log.debug("the commands are registered already");
    return;
  }
  await client.rest.put(route, { body: wanted });
  log.info({ commands: wanted.map(({ name }) => name) }, "registered the commands");
}

type Command = Readonly<Record<string, unknown>>;

const FIELDS = ["type", "name", "description", "contexts", "integration_types", "nsfw", "default_member_permissions"];
const BOUNDS = ["min_value", "max_value", "min_length", "max_length"];
const OPTION_FIELDS = ["type", "name", "description", "required", "autocomplete", "file_types", ...BOUNDS];
const CHOICE_FIELDS = ["name", "value"];
/** What there may be more of in other languages. */
const WORDS = ["name", "description"];
/** What Discord fills in where nothing was sent. */
const DEFAULTS: Command = { type: 1, description: "", nsfw: false, required: false, autocomplete: false };

/** Commands by name, reduced to what this program sets, with Discord's defaults left out. */
const canonical = (commands: readonly object[]): unknown =>
  Object.fromEntries(commands.map((command) => [(command as Command)["name"], pick(command as Command, FIELDS)]));

function pick(source: Command, fields: readonly string[]): unknown {
  const kept: Record<string, unknown> = {};
  for (const field of fields) {
    const value = source[field];
    if (value !== undefined && value !== null && value !== DEFAULTS[field]) kept[field] = value;
  }
  for (const field of WORDS) {
    // Of what is the same as the default Discord says that it ignores it.
    const words = Object.entries(source[`${field}_localizations`] ?? {}).filter(([, text]) => text !== source[field]);
    if (words.length > 0) kept[`${field}_localizations`] = Object.fromEntries(words);
  }
  const options = (source["options"] ?? []) as Command[];
  if (options.length > 0) kept["options"] = options.map((option) => pick(option, OPTION_FIELDS));
  const choices = (source["choices"] ?? []) as Command[];
  if (choices.length > 0) kept["choices"] = choices.map((choice) => pick(choice, CHOICE_FIELDS));
  return kept;
}
