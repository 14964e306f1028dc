/** How many requests a picture costs, by whose token: the bot's own has 50 in a second for all servers together. */
import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  // Large pictures, so that there is progress to be shown.
  studio = await openStudio({ RESULT_SIZE: "320" });
});

afterAll(() => studio.close());

it("five by the bot's token: thread, result and three medals; the rest through the interaction", async () => {
  const { discord, general } = studio;
  const before = discord.requests.length;
  const pictures = { content: await landscape("house.png", 640, 480), style: await waves("waves.jpg", 640, 480) };
  const call = await discord.member("ada").slash(general, "stylize", pictures);
  const result = await stylized(studio, call);
  await discord.waitFor(() => discord.messages(result.channel_id).at(-1)?.reactions?.length === 3, { what: "medals" });
  await studio.running.bot.deliveries.idle();
  // discord.js learns of a bucket by being refused once (429), and asks again.
  const routes = discord.requests.slice(before).filter(({ token, status }) => token === "bot" && status !== 429);
  expect(routes.map(({ method, route }) => `${method} ${route}`)).toEqual([
    "POST /channels/:channel/messages/:message/threads",
    "POST /channels/:channel/messages",
    ...Array<string>(3).fill("PUT /channels/:channel/messages/:message/reactions/:emoji/@me"),
  ]);
  expect(discord.countByToken(before).interaction).toBeGreaterThan(5);
});
