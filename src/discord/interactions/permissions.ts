/** Whether the bot may do its work in a channel: asked before any work, answered by naming what is missing. */
import { type Client, PermissionFlagsBits, type PermissionsBitField, Team } from "discord.js";

import { UserError } from "../../errors.ts";
import { missingPermissions, noFilesHere, type NeededPermission } from "../wording/commands.ts";

type Needed = readonly (readonly [name: NeededPermission, bit: bigint])[];

const ALWAYS: Needed = [
  ["view-channel", PermissionFlagsBits.ViewChannel],
  ["attach-files", PermissionFlagsBits.AttachFiles],
];

/** Where an interaction happens, and what the bot may do there. */
interface Place {
  readonly appPermissions: Readonly<PermissionsBitField>;
  readonly channel: { isThread(): boolean } | null;
}

/**
 * In a channel the bot writes in a thread of the job or, failing that, in the channel; one of the two has to be open to it.
 *
 * @throws UserError `missing-permissions`
 */
export function assertMayWork({ appPermissions: app, channel }: Place): void {
  const inThread = channel?.isThread() ?? false;
  const missing = ALWAYS.filter(([, bit]) => !app.has(bit)).map(([name]) => name);
  const mayThread = app.has(PermissionFlagsBits.SendMessagesInThreads);
  if (inThread && !mayThread) missing.push("send-messages-in-threads");
  const mayOpen = mayThread && app.has(PermissionFlagsBits.CreatePublicThreads);
  if (!inThread && !mayOpen && !app.has(PermissionFlagsBits.SendMessages)) missing.push("send-messages");
  if (missing.length > 0) throw new UserError("missing-permissions", missingPermissions(missing));
}

/**
 * Where the bot is no member its answers may have files as far as the person's own messages may.
 *
 * @throws UserError `missing-permissions`
 */
export function assertMayAnswer({ appPermissions: app }: Pick<Place, "appPermissions">): void {
  if (!app.has(PermissionFlagsBits.AttachFiles)) throw new UserError("missing-permissions", noFilesHere());
}

/** A comparison stands where it was asked for: no thread of its own would stay open for votes. @throws UserError `missing-permissions` */
export function assertMayPost({ appPermissions: app, channel }: Place): void {
  const speak: Needed[number] = channel?.isThread()
    ? ["send-messages-in-threads", PermissionFlagsBits.SendMessagesInThreads]
    : ["send-messages", PermissionFlagsBits.SendMessages];
  const missing = [...ALWAYS, speak].filter(([, bit]) => !app.has(bit)).map(([name]) => name);
  if (missing.length > 0) throw new UserError("missing-permissions", missingPermissions(missing));
}

/** Those who manage the server may. @throws UserError `not-manager` */
export function assertManager(
  { memberPermissions }: { readonly memberPermissions: Readonly<PermissionsBitField> | null },
  refusal: string,
): void {
  if (!memberPermissions?.has(PermissionFlagsBits.ManageGuild)) throw new UserError("not-manager", refusal);
}

/** Those who manage the server or moderate its members may. @throws UserError `not-moderator` */
export function assertModerator(
  { memberPermissions }: { readonly memberPermissions: Readonly<PermissionsBitField> },
  refusal: string,
): void {
  const { ManageGuild, ModerateMembers } = PermissionFlagsBits;
  if (!memberPermissions.any([ManageGuild, ModerateMembers])) throw new UserError("not-moderator", refusal);
}

/** Whoever runs this bot may, alone or in a team. @throws UserError `not-owner` */
export async function assertBotOwner(
  { client, user }: { readonly client: Client<true>; readonly user: { readonly id: string } },
  refusal: string,
): Promise<void> {
  const { owner } = await client.application.fetch();
  const owners = owner instanceof Team ? [...owner.members.keys()] : [owner?.id];
  if (!owners.includes(user.id)) throw new UserError("not-owner", refusal);
}

/** The requester of a job may do this to it, and whoever keeps order in the channel. @throws UserError `not-yours` */
export function assertOwnerOrModerator(
  interaction: {
    readonly user: { readonly id: string };
    readonly memberPermissions: Readonly<PermissionsBitField> | null;
  },
  ownerId: string,
  refusal: string,
): void {
  if (interaction.user.id === ownerId) return;
  if (interaction.memberPermissions?.has(PermissionFlagsBits.ManageMessages)) return;
  throw new UserError("not-yours", refusal);
}
