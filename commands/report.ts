/** *Report this picture* in the menu of a message: tells the server's log channel, where moderators can delete it. */
import {
  ApplicationCommandType,
  ButtonStyle,
  ContainerBuilder,
  type Message,
  PermissionFlagsBits,
  Routes,
} from "discord.js";

import { isMessageGone, isPlaceGone } from "../src/discord/discord-error.ts";
import { findPicture } from "../src/discord/intake/message-picture.ts";
import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler, MessageMenuHandler } from "../src/discord/interactions/handler.ts";
import { menuCommand } from "../src/discord/interactions/localised.ts";
import { ACCENT, noticeView, press, row, text } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { nonceFor } from "../src/discord/messages/nonce.ts";
import { persevere } from "../src/discord/messages/persevere.ts";
import { PlaceMoved } from "../src/discord/messages/place-moved.ts";
import { Venue } from "../src/discord/messages/venue.ts";
import { view, type View } from "../src/discord/messages/view.ts";
import { reportWords as words } from "../src/discord/wording/safety.ts";
import { UserError } from "../src/errors.ts";
import { sayAloud } from "../src/words/say.ts";

export const report: MessageMenuHandler<Message<true>> = {
  kind: "message-menu",
  data: menuCommand("report", ApplicationCommandType.Message),
  acknowledge: "private",

  parse({ targetMessage, client }) {
    if (targetMessage.author.id !== client.user.id) throw new UserError("not-mine", words.notMine);
    if (!findPicture(targetMessage)) throw new UserError("no-picture", words.noPicture);
    return targetMessage;
  },

  async run({ interaction, bot, reply }, message) {
    const { guildId, user } = interaction;
    const { logChannelId } = await bot.store.serverSettings.get(guildId);
    if (logChannelId === null) throw new UserError("no-log", words.noLog);
    const painter = await askedFor(bot, message.id);
    const told = sayAloud(() => reportView(user.id, message, painter));
    const { client, openReplies: replies, log, filter } = bot;
    const onMoved = (): Promise<void> => Promise.resolve();
    const { cover } = filter;
    const venue = new Venue({ client, channelId: logChannelId, threadId: null, replies, log, cover, onMoved });
    // One report of a picture is enough, however many people make it.
    venue.lookAfter(message.id);
    try {
      await persevere(() => venue.post(told, nonceFor(message.id, "report")));
    } catch (error) {
      if (!isPlaceGone(error) && !(error instanceof PlaceMoved)) throw error;
      throw new UserError("no-log", words.noLog, { cause: error });
    }
    await reply.show(noticeView(words.thanks));
  },
};

/** What the log channel is told; `painter`: who asked for the picture, where that is known. */
function reportView(userId: string, { id, url, channelId }: Message<true>, painter: string | null): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.working)
    .addTextDisplayComponents(text(words.reported(userId, url, channelId)))
    .addActionRowComponents(
      row(
        press("delete-reported", words.remove, ButtonStyle.Danger, channelId, id),
        ...(painter === null ? [] : [press("block-reported", words.block, ButtonStyle.Secondary, painter)]),
      ),
    );
  return view([box]);
}

/** Who asked for the picture of a message; `null` where that is not known. */
async function askedFor({ store }: Bot, messageId: string): Promise<string | null> {
  const jobId =
    (await store.surfaces.byResultMessage(messageId))?.jobId ?? (await store.votes.judged(messageId))?.candidate.jobId;
  return jobId === undefined ? null : ((await store.jobs.get(jobId))?.request.userId ?? null);
}

interface Reported {
  readonly channelId: string;
  readonly messageId: string;
}

/** *Delete* below a report: for those who may manage messages where the picture stands. */
export const deleteReported: ButtonHandler<Reported> = {
  kind: "button",
  acknowledge: "silent",

  parse({ customId: id }) {
    const [channelId = "", messageId = ""] = parseCustomId(id).parts;
    return { channelId, messageId };
  },

  async run({ interaction, bot, reply }, { channelId, messageId }) {
    const channel = await bot.client.channels.fetch(channelId).catch(() => null);
    const place = channel && !channel.isDMBased() && channel.guildId === interaction.guildId ? channel : null;
    const { member, user } = interaction;
    // Of a place that is gone nothing is left to be deleted, and this one's moderators may say so.
    const rights = place ? place.permissionsFor(member) : interaction.memberPermissions;
    if (!rights.has(PermissionFlagsBits.ManageMessages)) throw new UserError("not-moderator", words.notModerator);
    await persevere(() => bot.client.rest.delete(Routes.channelMessage(channelId, messageId))).catch(
      (error: unknown) => {
        if (!isMessageGone(error) && !isPlaceGone(error)) throw error;
      },
    );
    await reply.show(noticeView(sayAloud(() => words.deleted(user.id, channelId))));
  },
};
