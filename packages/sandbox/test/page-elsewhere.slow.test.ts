import { ApplicationIntegrationType, InteractionContextType, SlashCommandBuilder } from "discord.js";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CHROMIUM, hasChromium, launchBrowser, visit } from "./browser.ts";
import { endStage, nextInteraction, type Stage, startStage } from "./harness.ts";

const { Guild, BotDM, PrivateChannel } = InteractionContextType;
const { GuildInstall, UserInstall } = ApplicationIntegrationType;

const command = (name: string, contexts: readonly number[], integrationTypes: readonly number[]) => ({
  ...new SlashCommandBuilder().setName(name).setDescription(name).toJSON(),
  contexts,
  integration_types: integrationTypes,
});

describe.skipIf(!hasChromium)(`the page where the bot is no member (needs ${CHROMIUM})`, () => {
  let stage: Stage;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stage = await startStage();
    const { client, discord } = stage;
    const body = [
      command("paint", [Guild, BotDM, PrivateChannel], [GuildInstall, UserInstall]),
      command("settings", [Guild], [GuildInstall]),
    ];
    await client.rest.put(`/applications/${client.application.id}/commands`, { body });
    const [ada, grace, mo] = [discord.member("ada"), discord.member("grace"), discord.member("mo")];
    ada.hasApp = true;
    discord.addGuildWithoutBot("Elsewhere");
    discord.openPrivate(ada, grace, mo);
    discord.openPrivate(grace, mo);
    browser = await launchBrowser();
    page = await browser.newPage();
    await visit(page, discord.address);
  });
  afterAll(async () => {
    await browser?.close();
    await endStage(stage);
  });

  const channels = () => page.getByRole("navigation", { name: "Channels" });

  /** What `/` offers. */
  async function offered(): Promise<string[]> {
    await page.locator("#chat textarea").fill("/");
    const names = await page.locator("#chat .command-row strong").allTextContents();
    await page.locator("#chat textarea").fill("");
    return names;
  }

  const members = () => page.locator("#members .member > span:last-child").allTextContents();

  it("lists servers without the bot, and the messages that the person has a part in", async () => {
    expect(await channels().getByRole("heading").allTextContents()).toEqual([
      "Text channels",
      "Elsewhere",
      "Direct messages",
    ]);
    expect(await channels().getByRole("button").allTextContents()).toEqual([
      "general",
      "gallery",
      "general",
      "Atelier",
      "Grace, Moderator Mo",
    ]);
  });

  it("offers what can be used there, by whoever installed the bot", async () => {
    expect(await offered()).toEqual(["/paint", "/settings"]);
    await channels().getByRole("button", { name: "general" }).last().click();
    expect(await offered()).toEqual(["/paint"]);
    expect(await members()).toEqual(["Ada", "Grace", "Linus", "Moderator Mo"]);
    await channels().getByRole("button", { name: "Grace, Moderator Mo" }).click();
    expect(await members()).toEqual(["Ada", "Grace", "Moderator Mo"]);
    const next = nextInteraction(stage);
    await page.getByRole("textbox", { name: "Message @Grace, Moderator Mo" }).fill("/paint");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect((await next).context).toBe(PrivateChannel);
    await page.getByRole("button", { name: /switch member/ }).click();
    await page.getByRole("menuitemradio", { name: "Grace" }).click();
    await channels().getByRole("button", { name: "general" }).last().click();
    expect(await offered()).toEqual([]);
  });
});
