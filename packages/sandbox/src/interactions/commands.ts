/** Registered application commands, global and of the guild, with Discord's rules for them. */
import { OPTION } from "../../page/numbers.js";
import { ApiError, FormFaults } from "../api-error.ts";
import { type Json, asArray, asObject, textOf } from "../json.ts";
import type { World } from "../world/world.ts";

const CHAT_INPUT_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

type Path = readonly (string | number)[];

/** null: global commands; else those of a guild. */
type Scope = string | null;

export class Commands {
  readonly #world: World;
  readonly #scopes = new Map<Scope, Map<string, Json>>();

  constructor(world: World) {
    this.#world = world;
  }

  list(scope: Scope): Json[] {
    return [...(this.#scopes.get(scope)?.values() ?? [])];
  }

  /** What people see: the guild's commands before global ones of the same name. */
  all(): Json[] {
    const seen = new Map<string, Json>();
    for (const scope of [this.#world.guild.id, null])
      for (const command of this.list(scope)) {
        const key = keyOf(command);
        if (!seen.has(key)) seen.set(key, command);
      }
    return [...seen.values()];
  }

  /** @throws ApiError 10063 */
  get(scope: Scope, id: string): Json {
    const command = this.#scopes.get(scope)?.get(id);
    if (!command) throw new ApiError(10063);
    return command;
  }

  /** Replaces all commands of a scope. @throws ApiError 50035, 30032 */
  replace(scope: Scope, bodies: readonly unknown[]): Json[] {
    const faults = new FormFaults();
    const names = new Set<string>();
    const commands = bodies.map(asObject);
    for (const [index, command] of commands.entries()) {
      checkCommand(command, [index], faults);
      this.#checkInstalls(command, [index], faults);
      const key = keyOf(command);
      if (names.has(key))
        faults.add([index, "name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique");
      names.add(key);
    }
    if (commands.filter((command) => (command["type"] ?? 1) === 1).length > 100) throw new ApiError(30032);
    faults.throwIfAny();
    const before = this.list(scope);
    const kept = commands.map((command) => this.#complete(scope, command, before));
    this.#scopes.set(scope, new Map(kept.map((command) => [String(command["id"]), command])));
    this.#world.tell({ kind: "commands-registered" });
    return kept;
  }

  /** Commands support what the application does. */
  #checkInstalls(command: Json, path: Path, faults: FormFaults): void {
    const supported = this.#world.application.userInstall ? [0, 1] : [0];
    for (const [index, type] of asArray(command["integration_types"]).entries())
      if (!supported.includes(type as number)) faults.choice([...path, "integration_types", index], supported);
    for (const [index, context] of asArray(command["contexts"]).entries())
      if (![0, 1, 2].includes(context as number)) faults.choice([...path, "contexts", index], [0, 1, 2]);
  }

  /** Adds a command, or replaces the one of the same name and type. */
  put(scope: Scope, body: Json): Json {
    const others = this.list(scope).filter((command) => keyOf(command) !== keyOf(body));
    return this.replace(scope, [...others, body]).find((command) => keyOf(command) === keyOf(body))!;
  }

  remove(scope: Scope, id: string): void {
    this.get(scope, id);
    this.#scopes.get(scope)!.delete(id);
    this.#world.tell({ kind: "commands-registered" });
  }

  #complete(scope: Scope, body: Json, before: readonly Json[]): Json {
    const { clock, application } = this.#world;
    const old = before.find((command) => keyOf(command) === keyOf(body));
    return {
      id: old?.["id"] ?? clock.snowflake(),
      application_id: application.id,
      ...(scope && { guild_id: scope }),
      version: clock.snowflake(),
      default_member_permissions: null,
      type: 1,
      name_localizations: null,
      description: "",
      description_localizations: null,
      dm_permission: true,
      contexts: null,
      integration_types: [0],
      nsfw: false,
      ...withoutDefaults(body),
    };
  }
}

const keyOf = (command: Json): string => `${textOf(command["type"] ?? 1)} ${String(command["name"])}`;

/** Options come back without what is false or null anyway, as from Discord. */
function withoutDefaults(body: Json): Json {
  const entries = Object.entries(body).map(([key, value]) => {
    if (key !== "options") return [key, value] as const;
    const options = asArray(value).map((option) =>
      Object.fromEntries(
        Object.entries(withoutDefaults(asObject(option))).filter(
          ([name, value]) => value !== null && !(value === false && ["required", "autocomplete"].includes(name)),
        ),
      ),
    );
    return [key, options] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function checkCommand(command: Json, path: Path, faults: FormFaults): void {
  const type = command["type"] ?? 1;
  faults.text([...path, "name"], command["name"], 1, 32, true);
  if (type !== 1) {
    if (command["description"])
      faults.add(
        [...path, "description"],
        "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_DISALLOWED",
        "Context menu commands cannot have description",
      );
    return;
  }
  checkName(command["name"], path, faults);
  faults.text([...path, "description"], command["description"], 1, 100, true);
  checkOptions(command, path, faults);
  if (countCharacters(command) > 8000)
    faults.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");
}

function checkName(name: unknown, path: Path, faults: FormFaults): void {
  if (typeof name === "string" && (!CHAT_INPUT_NAME.test(name) || name !== name.toLowerCase()))
    faults.add([...path, "name"], "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
}

function checkOptions(parent: Json, path: Path, faults: FormFaults): void {
  const options = asArray(parent["options"]).map(asObject);
  faults.count([...path, "options"], options.length, 0, 25);
  const names = new Set<unknown>();
  let optional = false;
  for (const [index, option] of options.entries()) {
    const at = [...path, "options", index];
    const type = Number(option["type"]);
    if (!Object.values<number>(OPTION).includes(type)) faults.choice([...at, "type"], Object.values(OPTION));
    faults.text([...at, "name"], option["name"], 1, 32, true);
    checkName(option["name"], at, faults);
    faults.text([...at, "description"], option["description"], 1, 100, true);
    if (names.has(option["name"]))
      faults.add([...at, "name"], "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name already exists");
    names.add(option["name"]);
    if (option["required"] !== true) optional = true;
    else if (optional)
      faults.add(
        at,
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        "Required options must be placed before non-required options",
      );
    checkOptionExtras(option, type, at, faults);
    checkOptions(option, at, faults);
  }
}

function checkOptionExtras(option: Json, type: number, at: Path, faults: FormFaults): void {
  const choices = asArray(option["choices"]).map(asObject);
  faults.count([...at, "choices"], choices.length, 0, 25);
  for (const [index, choice] of choices.entries()) {
    faults.text([...at, "choices", index, "name"], choice["name"], 1, 100, true);
    if (type === OPTION.string) faults.text([...at, "choices", index, "value"], choice["value"], 1, 100, true);
  }
  if (option["autocomplete"] === true && choices.length > 0)
    faults.add(
      [...at, "autocomplete"],
      "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
      "Autocomplete and choices are mutually exclusive",
    );
  if (option["file_types"] !== undefined && type !== OPTION.attachment)
    faults.add(
      [...at, "file_types"],
      "APPLICATION_COMMAND_OPTION_FILE_TYPES_INVALID",
      "file_types is for attachment options only",
    );
}

/** Names, descriptions and values of a command and its options together. */
function countCharacters(command: Json): number {
  const own = [command["name"], command["description"], command["value"]].map((text) => textOf(text).length);
  const nested = [...asArray(command["options"]), ...asArray(command["choices"])].map((item) =>
    countCharacters(asObject(item)),
  );
  return [...own, ...nested].reduce((sum, length) => sum + length, 0);
}
