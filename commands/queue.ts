/** `/queue`: what is being painted in this server, what waits, and why one's own pictures failed. */
import { SlashCommandBuilder } from "discord.js";

import type { SlashHandler } from "../src/discord/handler.ts";
import { noticeView } from "../src/discord/views.ts";
import { queueWords as words } from "../src/discord/wording/commands.ts";

const MOST = 12;
const MOST_FAILURES = 3;
/** How long one's own failures are shown. */
const FAILURES_MS = 24 * 3_600_000;

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
    const since = Date.now() - FAILURES_MS;
    const failed = await bot.store.jobs.failed(interaction.user.id, interaction.guildId, since, MOST_FAILURES);
    const text = words.all(lines, jobs.length - lines.length, elsewhere, failed.map(words.failed));
    await reply.show(noticeView(text));
  },
};
