import { Events, MessageFlags } from "discord.js";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CHROMIUM, complaintsOf, hasChromium, launchBrowser, visit } from "./browser.ts";
import { endStage, type Stage, startStage } from "./harness.ts";

const VARIANT = {
  type: 3,
  name: "variant",
  description: "How the style gets into the picture",
  name_localizations: { de: "verfahren" },
  description_localizations: { de: "Wie der Stil ins Bild kommt" },
  required: true,
  choices: [{ name: "Ink", value: "ink", name_localizations: { de: "Tusche" } }],
};
const COMMANDS = [
  {
    name: "style",
    description: "Styles",
    name_localizations: { de: "stil" },
    options: [
      {
        type: 1,
        name: "show",
        description: "Show a style",
        name_localizations: { de: "größer_zeigen" },
        description_localizations: { de: "Einen Stil zeigen" },
        options: [VARIANT],
      },
    ],
  },
  { type: 3, name: "Use as style", name_localizations: { de: "Als Stil nehmen" } },
];

describe.skipIf(!hasChromium)(`the page in somebody's language (needs ${CHROMIUM})`, () => {
  let stage: Stage;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];
  const seen: unknown[] = [];

  beforeAll(async () => {
    stage = await startStage();
    stage.client.on(Events.InteractionCreate, (interaction) => {
      if (!interaction.isCommand()) return;
      const variant = interaction.isChatInputCommand() ? interaction.options.getString("variant") : null;
      seen.push([interaction.commandName, variant, interaction.locale]);
      void interaction.reply({ content: "seen", flags: variant ? [] : MessageFlags.Ephemeral });
    });
    await stage.client.application.commands.set(COMMANDS);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    complaints = complaintsOf(page);
    await visit(page, stage.discord.address);
  });
  afterAll(async () => {
    await browser?.close();
    await endStage(stage);
  });

  it("chooses the languages of whoever sits at the keyboard and of the server", async () => {
    const { discord } = stage;
    const account = page.getByRole("button", { name: /switch member/ });
    await account.click();
    await page.getByRole("combobox", { name: "Language of Ada" }).selectOption("Deutsch");
    await page.getByRole("combobox", { name: "Language of the server" }).selectOption("Français");
    await expect.poll(() => [discord.member("ada").locale, discord.guild.preferredLocale]).toEqual(["de", "fr"]);
    await page.keyboard.press("Escape");
    await account.click();
    expect(await page.getByRole("combobox", { name: "Language of Ada" }).inputValue()).toBe("de");
    await page.keyboard.press("Escape");
    expect(discord.member("grace").locale).toBe("en-US");
  });

  it("offers commands, options and choices in it, and sends the default names", async () => {
    const box = page.getByRole("textbox", { name: "Message #general" });
    await box.fill("/stil größ");
    const row = page.getByRole("option", { name: "/stil größer_zeigen" });
    expect(await row.textContent()).toBe("/stil größer_zeigenverfahrenEinen Stil zeigen");
    await box.fill("/style show");
    await row.waitFor();
    await box.press("Enter");
    const form = page.getByRole("form", { name: "/stil größer_zeigen" });
    const choice = form.getByRole("combobox", { name: "verfahren" });
    expect(await choice.getAttribute("title")).toBe("Wie der Stil ins Bild kommt");
    await choice.selectOption("Tusche");
    await form.getByRole("button", { name: "Send /stil größer_zeigen" }).click();
    const message = page.locator("#chat .message", { hasText: "seen" });
    expect(await message.locator(".origin").textContent()).toBe("Adaused/stil größer_zeigen");
    await message.locator(".content").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Als Stil nehmen" }).click();
    await page.locator("#chat .message.ephemeral", { hasText: "seen" }).waitFor();
    expect(seen).toEqual([
      ["style", "ink", "de"],
      ["Use as style", null, "de"],
    ]);
  });

  it("made the browser complain of nothing, and broke no rule", () => {
    expect(complaints).toEqual([]);
    expect(stage.discord.violations).toEqual([]);
  });
});
