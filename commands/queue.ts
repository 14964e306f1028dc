/** `/queue`: what is being painted in this server, and what waits. */
import { SlashCommandBuilder } from "discord.js";

import type { SlashHandler } from "../src/discord/handler.ts";
import { noticeView } from "../src/discord/views.ts";
import { queueWords as words } from "../src/discord/wording/commands.ts";

const MOST = 12;

export const queue: SlashHandler<null> = {
  kind: "slash",
  data: new SlashCommandBuilder().setName("queue").setDescription("What is being painted, and what waits").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    const { jobs } = await bot.queue.snapshot(interaction.guildId);
    const { waiting, running } = await bot.queue.snapshot();
    const places = await Promise.all(jobs.slice(0, MOST).map(({ id }) => bot.queue.place(id)));
    const lines = places.map((place, n) => words.line(n + 1, jobs[n]!, place));
    const elsewhere = waiting + running - jobs.length;
    await reply.show(noticeView(words.all(lines, jobs.length - lines.length, elsewhere)));
  },
};
