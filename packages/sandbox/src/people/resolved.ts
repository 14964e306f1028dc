/** `resolved` of an interaction: what stands behind the ids in its data. */
import { COMPONENT } from "../../page/numbers.js";
import type { Cdn } from "../cdn.ts";
import { type Json, asArray } from "../json.ts";
import { attachmentJson } from "../messages/wire.ts";
import type { Attachment, Guild } from "../world/types.ts";
import { memberJson, roleJson, userJson } from "../world/wire.ts";
import type { World } from "../world/world.ts";

/** @throws Error for ids that a menu of people, roles or channels does not show in this server */
export function checkIds({ channels }: World, guild: Guild | undefined, menu: Json, ids: readonly string[]): void {
  const type = menu["type"] as number;
  const kinds = asArray(menu["channel_types"]);
  const isShown = (id: string): boolean => {
    if (type === COMPONENT.channelSelect) {
      const channel = channels.get(id);
      const fits = kinds.length === 0 || kinds.includes(channel?.type);
      return channel !== undefined && channel.guildId === guild?.id && fits;
    }
    const isMember = type !== COMPONENT.roleSelect && guild?.members.has(id) === true;
    return isMember || (type !== COMPONENT.userSelect && guild?.roles.has(id) === true);
  };
  const hidden = ids.filter((id) => !isShown(id));
  if (hidden.length > 0) throw new Error(`${String(menu["custom_id"])} does not show ${hidden.join(", ")}.`);
}

/** `{resolved}` with the uploaded files and the users, roles and channels behind ids; empty when there are none. */
export function resolvedJson(
  { world, cdn }: { readonly world: World; readonly cdn: Cdn },
  attachments: readonly Attachment[],
  ids: readonly string[],
  guild: Guild | undefined,
): Json {
  const { users, channels } = world;
  const pick = <T>(found: (id: string) => T | undefined, json: (value: T) => Json): Json =>
    Object.fromEntries(
      ids.flatMap((id) => {
        const value = found(id);
        return value === undefined ? [] : [[id, json(value)]];
      }),
    );
  const resolved: Json = {
    attachments: Object.fromEntries(attachments.map((file) => [file.id, attachmentJson(file, cdn, true)])),
    users: pick((id) => users.get(id), userJson),
    members: pick(
      (id) => guild?.members.get(id),
      (member) => memberJson(member, world.clock),
    ),
    roles: pick((id) => guild?.roles.get(id), roleJson),
    channels: pick(
      (id) => channels.get(id),
      ({ id, name, type }) => ({ id, name, type, permissions: "0" }),
    ),
  };
  const present = Object.entries(resolved).filter(([, value]) => Object.keys(value as Json).length > 0);
  return present.length > 0 ? { resolved: Object.fromEntries(present) } : {};
}
