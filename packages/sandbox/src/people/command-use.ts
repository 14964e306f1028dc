/** What using a command sends to the bot: a slash command, an option that completes, a menu of a message or of a person. */
import type { Cdn } from "../cdn.ts";
import { INTERACTION } from "../interactions/interaction.ts";
import type { NewInteraction } from "../interactions/interactions.ts";
import type { Json } from "../json.ts";
import type { UploadedFile } from "../messages/uploads.ts";
import { messageJson } from "../messages/wire.ts";
import type { Attachment, Channel, Guild, Message } from "../world/types.ts";
import type { World } from "../world/world.ts";
import { checkOptions, findCommand, isFile, type OptionValues } from "./options.ts";
import { findMenuCommand, type Reached } from "./reach.ts";
import { resolvedJson } from "./resolved.ts";

/** A channel, and the commands that somebody sees in it. */
export interface CommandPlace {
  readonly world: World;
  readonly cdn: Cdn;
  readonly channel: Channel;
  readonly guild: Guild | undefined;
  readonly reached: readonly Reached[];
}

type Use = Omit<NewInteraction, "userId">;

/** @throws Error when the command or an option does not exist or a value breaks its rules */
export async function slashUse(
  place: CommandPlace,
  name: string,
  values: OptionValues,
  upload: (file: UploadedFile) => Promise<Attachment>,
): Promise<Use> {
  const { guild } = place;
  const { command, options, wrap } = findSlash(place, name);
  checkOptions(name, options, values);
  const filled: Json[] = [];
  const attachments: Attachment[] = [];
  for (const option of options) {
    const value = values[String(option["name"])];
    if (value === undefined) continue;
    const sent = isFile(value) ? await upload(value) : value;
    if (typeof sent === "object") attachments.push(sent);
    filled.push({ name: option["name"], type: option["type"], value: typeof sent === "object" ? sent.id : sent });
  }
  const ids = filled.filter(({ type }) => [6, 7, 8, 9].includes(type as number)).map(({ value }) => String(value));
  return useOf(place, name, command, 1, {
    options: wrap(filled),
    ...resolvedJson(place, attachments, ids, guild),
    ...(command["guild_id"] !== undefined && { guild_id: guild?.id }),
  });
}

/** @throws Error when the command has no such option, or it does not complete */
export function completionUse(
  place: CommandPlace,
  name: string,
  { option, text }: { readonly option: string; readonly text: string },
  values: OptionValues,
): Use {
  const { command, options, wrap } = findSlash(place, name);
  const focused = options.find((candidate) => candidate["name"] === option && candidate["autocomplete"] === true);
  if (!focused) throw new Error(`/${name} has no option "${option}" that completes.`);
  const others = options
    .filter((candidate) => candidate !== focused && values[String(candidate["name"])] !== undefined)
    .map((candidate) => ({
      name: candidate["name"],
      type: candidate["type"],
      value: values[String(candidate["name"])],
    }));
  const typed = { name: option, type: focused["type"], value: text, focused: true };
  return { ...useOf(place, name, command, 1, { options: wrap([...others, typed]) }), type: INTERACTION.autocomplete };
}

/** @throws Error when there is no such command in the menu of a message here */
export function messageUse(place: CommandPlace, target: Message, name: string): Use {
  const { command } = findMenuCommand(place.reached, 3, name);
  const resolved = { messages: { [target.id]: messageJson(place.world, place.cdn, target) } };
  return useOf(place, name, command, 3, { target_id: target.id, resolved });
}

/** @throws Error when there is no such command in the menu of a person here */
export function userUse(place: CommandPlace, userId: string, name: string): Use {
  const { command } = findMenuCommand(place.reached, 2, name);
  return useOf(place, name, command, 2, { target_id: userId, ...resolvedJson(place, [], [userId], place.guild) });
}

function findSlash({ reached }: CommandPlace, name: string): ReturnType<typeof findCommand> {
  const seen = reached.map(({ command }) => command);
  return findCommand(seen, name);
}

/** @param name as it was called, with its subcommand */
function useOf({ channel, reached }: CommandPlace, name: string, command: Json, commandType: number, data: Json): Use {
  return {
    type: INTERACTION.command,
    channelId: channel.id,
    name,
    commandType,
    owners: reached.find((one) => one.command === command)!.owners,
    data: { id: command["id"], name: command["name"], type: commandType, ...data },
  };
}
