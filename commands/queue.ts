/** `/queue`: what is being painted in this server, what waits, and why one's own pictures failed. */
import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { queueWords as words } from "../src/discord/wording/commands.ts";

const MOST = 12;
const MOST_FAILURES = 3;
/** How long one's own failures are shown. */
const FAILURES_MS = 24 * 3_600_000;

export const queue: SlashHandler<null> = {
  kind: "slash",
  data: slashCommand("queue").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    const here = await bot.queue.snapshot(interaction.guildId, MOST);
    const everywhere = await bot.queue.snapshot(undefined, 0);
    const places = await bot.queue.places(here.jobs.map(({ id }) => id));
    const lines = here.jobs.map((job, n) => words.line(n + 1, job, places.get(job.id) ?? null));
    const count = here.waiting + here.running;
    const elsewhere = everywhere.waiting + everywhere.running - count;
    const since = Date.now() - FAILURES_MS;
    const failed = await bot.store.jobs.failed(interaction.user.id, interaction.guildId, since, MOST_FAILURES);
    const text = words.all(lines, count - lines.length, elsewhere, failed.map(words.failed));
    await reply.show(noticeView(text));
  },
};
