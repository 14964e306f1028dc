/** Which commands somebody sees where, and by whose installation. */
import type { Commands } from "../interactions/commands.ts";
import type { Json } from "../json.ts";
import { ownersOf } from "../world/installs.ts";
import type { Channel, User } from "../world/types.ts";
import type { World } from "../world/world.ts";

export interface Reached {
  readonly command: Json;
  readonly owners: Json;
}

/** The commands that Discord's client offers a person in a channel. */
export function commandsIn(world: World, commands: Commands, channel: Channel, user: User): Reached[] {
  return commands
    .all()
    .map((command) => ({ command, owners: ownersOf(world, channel, user, command) }))
    .filter(({ owners }) => Object.keys(owners).length > 0);
}

/** A command of a context menu: of people (2) or messages (3). @throws Error when it is not to be seen there */
export function findMenuCommand(reached: readonly Reached[], type: 2 | 3, name: string): Reached {
  const found = reached.find(({ command }) => command["name"] === name && command["type"] === type);
  if (!found) throw new Error(`There is no ${type === 2 ? "user" : "message"} command "${name}".`);
  return found;
}
