/** Registered application commands, global and of the guild. */
import { ApiError, FormFaults, type Path } from "../api-error.ts";
import { type Json, asArray, asObject, textOf } from "../json.ts";
import type { World } from "../world/world.ts";
import { checkCommand } from "./command-rules.ts";

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
