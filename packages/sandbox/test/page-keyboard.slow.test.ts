/** The page by keys alone: commands, buttons and forms are reached, and it is seen where one is. */
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Events,
  FileUploadBuilder,
  type Interaction,
  LabelBuilder,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CHROMIUM, hasChromium, launchBrowser, visit } from "./browser.ts";
import { endStage, type Stage, startStage } from "./harness.ts";

const MOST_STEPS = 40;

const modal = new ModalBuilder()
  .setCustomId("form")
  .setTitle("A form")
  .addLabelComponents(
    new LabelBuilder().setLabel("Picture").setFileUploadComponent(new FileUploadBuilder().setCustomId("picture")),
    new LabelBuilder()
      .setLabel("Style")
      .setStringSelectMenuComponent(
        new StringSelectMenuBuilder().setCustomId("style").setOptions({ label: "ink", value: "ink" }),
      ),
    new LabelBuilder()
      .setLabel("Words")
      .setTextInputComponent(new TextInputBuilder().setCustomId("words").setStyle(TextInputStyle.Paragraph)),
  );

async function answer(interaction: Interaction): Promise<void> {
  const open = new ButtonBuilder().setCustomId("open").setLabel("Open the form").setStyle(ButtonStyle.Primary);
  if (interaction.isChatInputCommand())
    await interaction.reply({
      content: "Here it is",
      components: [new ActionRowBuilder<ButtonBuilder>().addComponents(open)],
    });
  else if (interaction.isButton()) await interaction.showModal(modal);
}

/** What has the focus: what it is called, whether it can be seen, and whether it is seen that it has it. */
const FOCUS = `(() => {
  const node = document.activeElement;
  const label = node.labels?.[0]?.textContent;
  const { width, height } = node.getBoundingClientRect();
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
  const around = node.closest(".bar, .option, .command-form");
  const ring = around ? getComputedStyle(around).boxShadow : "none";
  return {
    name: node.getAttribute("aria-label") ?? label ?? node.textContent.trim(),
    isSeen: width > 8 && height > 8,
    isMarked: (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none" || ring !== "none",
  };
})()`;

interface Focus {
  readonly name: string;
  readonly isSeen: boolean;
  readonly isMarked: boolean;
}

describe.skipIf(!hasChromium)(`the page by keys alone (needs ${CHROMIUM})`, () => {
  let stage: Stage;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stage = await startStage();
    stage.client.on(Events.InteractionCreate, (interaction) => void answer(interaction));
    await stage.client.application.commands.set([
      { name: "form", description: "Shows a button" },
      { name: "queue", description: "What waits" },
    ]);
    browser = await launchBrowser();
    page = await browser.newPage();
    await visit(page, stage.discord.address);
  });
  afterAll(async () => {
    await browser?.close();
    await endStage(stage);
  });

  const focus = (): Promise<Focus> => page.evaluate(FOCUS);

  /** Goes on by one key until something of this name has the focus. @returns what had it on the way, that included */
  async function reach(name: RegExp, key: string): Promise<readonly Focus[]> {
    const passed: Focus[] = [];
    for (let step = 0; step < MOST_STEPS; step++) {
      await page.keyboard.press(key);
      passed.push(await focus());
      if (name.test(passed.at(-1)!.name)) return passed;
    }
    throw new Error(`${String(name)} was not reached: ${passed.map((each) => each.name).join(", ")}`);
  }

  const lost = (passed: readonly Focus[]): readonly Focus[] => passed.filter((each) => !each.isSeen || !each.isMarked);

  it("picks a command, sends it, and opens what its answer offers", async () => {
    expect((await focus()).name).toBe("Message #general");
    await page.keyboard.type("/");
    await page.getByRole("option", { name: /queue/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("[aria-selected=true] strong").textContent()).toBe("/queue");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    expect((await focus()).name).toBe("Send /form");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Open the form" }).waitFor();
    expect((await focus()).name).toBe("Message #general");
    expect(lost(await reach(/^Open the form$/, "Shift+Tab"))).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "A form" }).waitFor();
  });

  it("fills in a form from its first field on, and is back at its button when it is closed", async () => {
    expect(await focus()).toEqual({ name: "Picture: choose a file (required)", isSeen: true, isMarked: true });
    const passed = await reach(/^Submit$/, "Tab");
    expect(passed.map(({ name }) => name)).toEqual(["Style *", "Words *", "Cancel", "Submit"]);
    expect(lost(passed)).toEqual([]);
    await page.keyboard.press("Enter");
    expect(await page.getByRole("alert").textContent()).toBe("This field is required.");
    expect((await focus()).name).toBe("Picture: choose a file (required)");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect((await focus()).name).toBe("Open the form");
  });

  it("reacts, and uses the menu of a message", async () => {
    expect(lost(await reach(/^React with 🥇$/, "Tab"))).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^🥇, 1, reacted by Ada/ }).waitFor();
    expect(lost(await reach(/more|menu/i, "Tab"))).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    expect(lost(await reach(/^Copy message ID$/, "ArrowDown")).filter(({ isSeen }) => !isSeen)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("menu").count()).toBe(0);
  });
});
