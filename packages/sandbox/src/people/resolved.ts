/** `resolved` of an interaction: what stands behind the ids in its data. */
import type { Cdn } from "../cdn.ts";
import type { Json } from "../json.ts";
import { attachmentJson } from "../messages/wire.ts";
import type { Attachment, Guild } from "../world/types.ts";
import { memberJson, roleJson, userJson } from "../world/wire.ts";
import type { World } from "../world/world.ts";

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
