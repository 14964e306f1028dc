/** INTERACTION_CREATE, with everything the client library expects in it. */
import type { Cdn } from "../cdn.ts";
import type { Json } from "../json.ts";
import { messageJson } from "../messages/wire.ts";
import { appPermissions, channelPermissions } from "../world/access.ts";
import { contextOf } from "../world/installs.ts";
import { memberWithUser, resolvedChannelJson, userJson } from "../world/wire.ts";
import type { World } from "../world/world.ts";
import { INTERACTION, type Interaction } from "./interaction.ts";

export function interactionJson(world: World, cdn: Cdn, interaction: Interaction): Json {
  const channel = world.channel(interaction.channelId);
  const { application } = world;
  const guild = world.guilds.get(channel.guildId ?? "");
  const source = interaction.sourceMessageId && world.findMessage(channel.id, interaction.sourceMessageId);
  return {
    id: interaction.id,
    application_id: application.id,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    data: interaction.data,
    channel_id: channel.id,
    channel: resolvedChannelJson(world, channel, interaction.userId),
    ...(guild
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, features: [], locale: guild.preferredLocale },
          guild_locale: guild.preferredLocale,
          member: {
            ...memberWithUser(world, guild.members.get(interaction.userId)!),
            permissions: String(channelPermissions(world, channel, interaction.userId)),
          },
        }
      : { user: userJson(world.user(interaction.userId)) }),
    ...(source && { message: messageJson(world, cdn, source) }),
    locale: world.user(interaction.userId).locale,
    app_permissions: String(appPermissions(world, channel, interaction.userId)),
    entitlements: [],
    entitlement_sku_ids: [],
    authorizing_integration_owners: interaction.owners,
    attachment_size_limit: world.maxUploadBytes,
    context: contextOf(channel),
  };
}

const targetOf = (world: World, { commandType, data }: Interaction): unknown =>
  commandType === 2 ? userJson(world.user(String(data["target_id"]))) : data["target_id"];

/** What a message says about the interaction that made it. */
export function interactionMetadata(world: World, interaction: Interaction): Json {
  return {
    id: interaction.id,
    type: interaction.type,
    user: userJson(world.user(interaction.userId)),
    authorizing_integration_owners: interaction.owners,
    ...(interaction.type === INTERACTION.command && {
      name: interaction.name,
      command_type: interaction.commandType,
      ...(interaction.data["target_id"] !== undefined && {
        [interaction.commandType === 2 ? "target_user" : "target_message_id"]: targetOf(world, interaction),
      }),
    }),
    ...(interaction.type === INTERACTION.component && { interacted_message_id: interaction.sourceMessageId }),
    ...(interaction.type === INTERACTION.modal &&
      interaction.triggeredBy && {
        triggering_interaction_metadata: interactionMetadata(world, interaction.triggeredBy),
      }),
  };
}
