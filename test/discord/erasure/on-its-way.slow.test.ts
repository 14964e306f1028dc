/** What is just being posted of a member who is forgotten: it comes down, as nobody knew of it yet. */
import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { isResult, openStudio, type Studio, textOf } from "../studio.ts";
import { traces } from "./traces.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());

const forget = async (userId: string): Promise<void> => {
  const { done } = await studio.running.bot.erasing.forget({ userId, guildId: null });
  await done;
};

it("a result, and a comparison of which the first picture stands", async () => {
  const { discord, general, settings } = studio;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const inputs = { content: await landscape("adas-house.png"), style: await waves() };
  const late = { route: "POST /channels/:id/messages", afterHandling: true, delayMs: 3000 } as const;
  discord.faults.add({ ...late, when: isResult });
  const call = await ada.slash(general, "stylize", inputs);
  const thread = await discord.waitFor(() => call.response?.id, { what: "the card" });
  const pictures = (): number => discord.messages(thread).filter(({ attachments }) => attachments.length > 0).length;
  await discord.waitFor(() => pictures() > 0, { what: "the result, of which the bot does not know yet" });
  await forget(ada.id);
  await discord.waitFor(() => pictures() === 0, { what: "the result to come down" });
  discord.faults.clear();

  const compared = await grace.slash(general, "compare", inputs);
  await compared.acknowledged;
  await discord.waitFor(() => discord.messages(general).some((one) => textOf(one) === "### A"), { what: "the first" });
  await forget(grace.id);
  await discord.waitFor(() => !discord.messages(general).some(({ attachments }) => attachments.length > 0), {
    what: "all of it to come down",
  });
  await studio.stopBot();
  for (const needle of [ada.id, grace.id, "adas-house"])
    expect([needle, await traces(settings.DATA_DIR!, needle)]).toEqual([needle, []]);
});
