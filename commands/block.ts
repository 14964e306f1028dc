/** `/block` and `/unblock`: members who may not use the bot in this server. For those who manage it or moderate its members. */
import { type Guild, type GuildMember, PermissionFlagsBits, type User } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { localised, slashCommand } from "../src/discord/interactions/localised.ts";
import { assertModerator } from "../src/discord/interactions/permissions.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { blocking as words, serverLog } from "../src/discord/wording/settings.ts";
import { UserError } from "../src/errors.ts";
import { sayAloud } from "../src/words/say.ts";

const REASON_LENGTH = 200;
/** Blocks that a list shows. */
const MOST_LISTED = 20;

interface BlockInput {
  /** `null`: the list is wanted. */
  readonly user: User | null;
  /** `null` for somebody who is no member, or no more. */
  readonly member: GuildMember | null;
  readonly reason: string | null;
}

export const block: SlashHandler<BlockInput> = {
  kind: "slash",
  data: slashCommand("block")
    .setDefaultMemberPermissions(PermissionFlagsBits.ModerateMembers)
    .addUserOption((option) => localised(option, "member.block"))
    .addStringOption((option) => localised(option, "reason").setMaxLength(REASON_LENGTH))
    .toJSON(),
  acknowledge: "private",

  parse: ({ options }) => ({
    user: options.getUser("member"),
    member: options.getMember("member"),
    reason: options.getString("reason")?.slice(0, REASON_LENGTH).trim() || null,
  }),

  async run({ interaction, bot, reply }, { user, member, reason }) {
    assertModerator(interaction, words.notAllowed);
    const { guildId, guild } = interaction;
    const { blocks } = bot.store;
    if (!user) {
      const [listed, count] = [await blocks.list(guildId, MOST_LISTED), await blocks.count(guildId)];
      const lines = listed.map((one) => words.line(one.userId, one.byUserId, one.at, one.reason));
      return reply.show(noticeView(words.list(lines, count - listed.length)));
    }
    await reply.show(noticeView(await keepOut(bot, guild, { user, member, reason, byUserId: interaction.user.id })));
  },
};

interface KeptOut extends Omit<BlockInput, "user"> {
  readonly user: User;
  readonly byUserId: string;
}

/** Blocks somebody and tells the server's log. @returns what to say of it @throws UserError for whom nobody may block */
async function keepOut(bot: Bot, guild: Guild, { user, member, reason, byUserId }: KeptOut): Promise<string> {
  if (user.id === byUserId) throw new UserError("not-yourself", words.notYourself);
  const isManager = user.id === guild.ownerId || member?.permissions.has(PermissionFlagsBits.ManageGuild);
  if (user.bot || isManager) throw new UserError("not-to-be-blocked", words.notThem(user.id));
  const isNew = await bot.store.blocks.add({ guildId: guild.id, userId: user.id, byUserId, reason, at: Date.now() });
  if (isNew) await bot.serverLog.tell(guild.id, () => serverLog.blocked(user.id, byUserId, reason));
  return isNew ? words.blocked(user.id) : words.already(user.id);
}

/** *Block* below a report: whoever asked for the picture. */
export const blockReported: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "private",

  parse: ({ customId: id }) => parseCustomId(id).parts[0] ?? "",

  async run({ interaction, bot, reply }, userId) {
    assertModerator(interaction, words.notAllowed);
    const { guild } = interaction;
    const user = await bot.client.users.fetch(userId);
    const member = await guild.members.fetch(userId).catch(() => null);
    const reason = sayAloud(() => words.reported);
    const asked = { user, member, reason, byUserId: interaction.user.id };
    await reply.show(noticeView(await keepOut(bot, guild, asked)));
  },
};

export const unblock: SlashHandler<User> = {
  kind: "slash",
  data: slashCommand("unblock")
    .setDefaultMemberPermissions(PermissionFlagsBits.ModerateMembers)
    .addUserOption((option) => localised(option, "member.unblock").setRequired(true))
    .toJSON(),
  acknowledge: "private",

  parse: ({ options }) => options.getUser("member", true),

  async run({ interaction, bot, reply }, user) {
    assertModerator(interaction, words.notAllowed);
    const { guildId } = interaction;
    const wasBlocked = await bot.store.blocks.remove(guildId, user.id);
    if (wasBlocked) await bot.serverLog.tell(guildId, () => serverLog.unblocked(user.id, interaction.user.id));
    await reply.show(noticeView(wasBlocked ? words.unblocked(user.id) : words.notBlocked(user.id)));
  },
};
