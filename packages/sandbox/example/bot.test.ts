import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import type { Client } from "discord.js";
import { afterAll, beforeAll, expect, it } from "vitest";

import { startBot } from "./bot.ts";

let discord: DiscordSandbox;
let bot: Client;

beforeAll(async () => {
  discord = await startSandbox({ name: "Greeter" });
  bot = await startBot(discord.botToken, { api: discord.apiBase, cdn: discord.cdnBase });
  await discord.botReady();
});
afterAll(async () => {
  await bot.destroy();
  await discord.close();
});

it("greets in a thread, and waves", async () => {
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const general = discord.channel("general").id;

  const call = await ada.slash(general, "greet", { name: "Grace" });
  await call.acknowledged;
  expect(call.response!.content).toBe("Hello Grace");

  const thread = await discord.waitFor(() => discord.threads(general)[0], { what: "a thread" });
  const said = () => discord.messages(thread.id).map(({ content }) => content);
  await discord.waitFor(() => said().includes("Make yourself at home"), { what: "a welcome" });

  const waved = await grace.press(call.response!, "Wave back");
  await waved.acknowledged;
  expect(waved.response!.content).toBe("Grace waves back");
});

it("comes through a bad day", async () => {
  discord.faults.add({ route: "POST /channels/:id/messages", times: 1, status: 500 });
  discord.gateway.close(4000);
  await discord.waitFor(() => discord.gateway.counts.resume === 1 && discord.gateway.online, { what: "a resumption" });

  const gallery = discord.channel("gallery").id;
  await discord.member("linus").slash(gallery, "greet", { name: "Mo" });
  await discord.waitFor(() => discord.transcript(gallery).includes("Make yourself at home"), { what: "a welcome" });
  expect(discord.requests.map(({ status }) => status)).toContain(500);
});

it("breaks none of Discord's rules", () => {
  expect(discord.violations).toEqual([]);
});
