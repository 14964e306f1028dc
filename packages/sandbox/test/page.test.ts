import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import {
  ActionRowBuilder,
  ApplicationCommandType,
  type AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ContainerBuilder,
  ContextMenuCommandBuilder,
  Events,
  FileUploadBuilder,
  type Interaction,
  LabelBuilder,
  MediaGalleryBuilder,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";
import type { Browser, FileChooser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CHROMIUM, complaintsOf, hasChromium, launchBrowser, visit } from "./browser.ts";
import { endStage, picture, type Stage, startStage, textChannel } from "./harness.ts";

const COMMANDS = [
  new SlashCommandBuilder()
    .setName("stylize")
    .setDescription("Repaint a picture")
    .addAttachmentOption((option) =>
      option.setName("content").setDescription("the picture").setFileTypes("image").setRequired(true),
    )
    .addAttachmentOption((option) => option.setName("style").setDescription("the style").setFileTypes("image"))
    .addNumberOption((option) => option.setName("strength").setDescription("how far").setMinValue(0).setMaxValue(1)),
  new SlashCommandBuilder().setName("queue").setDescription("What waits"),
  new ContextMenuCommandBuilder().setName("Stylize this picture").setType(ApplicationCommandType.Message),
];

const gallery = (name: string, alt: string) =>
  new MediaGalleryBuilder().addItems({ media: { url: `attachment://${name}` }, description: alt });

const editButton = new ActionRowBuilder<ButtonBuilder>().addComponents(
  new ButtonBuilder().setCustomId("edit").setLabel("Edit prompt").setStyle(ButtonStyle.Primary),
);

const card = (text: string, name: string, alt: string) =>
  new ContainerBuilder()
    .setAccentColor(0xe8_a3_3d)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent(text))
    .addMediaGalleryComponents(gallery(name, alt))
    .addActionRowComponents(editButton);

const modal = new ModalBuilder()
  .setCustomId("prompt")
  .setTitle("Edit prompt")
  .addLabelComponents(
    new LabelBuilder()
      .setLabel("Describe the style")
      .setTextInputComponent(
        new TextInputBuilder().setCustomId("text").setStyle(TextInputStyle.Paragraph).setValue("swirls"),
      ),
    new LabelBuilder()
      .setLabel("Another style")
      .setFileUploadComponent(new FileUploadBuilder().setCustomId("file").setRequired(false)),
  );

/** A small bot in the shape of the real one: a card with a thread, an ephemeral answer, a modal. */
async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isChatInputCommand() && interaction.commandName === "queue")
    await interaction.reply({ content: "Nothing waits", flags: MessageFlags.Ephemeral });
  else if (interaction.isChatInputCommand()) {
    await interaction.deferReply();
    const { name, url } = interaction.options.getAttachment("content", true);
    const file = { name, attachment: Buffer.from(await (await fetch(url)).arrayBuffer()) };
    const strength = interaction.options.getNumber("strength") ?? "default";
    const message = await interaction.editReply({
      components: [card(`**A job** at ${strength}`, name, "the content")],
      files: [file as unknown as AttachmentBuilder],
      flags: MessageFlags.IsComponentsV2,
    });
    const thread = await message.startThread({ name: "a job" });
    await thread.send("working on it");
  } else if (interaction.isButton()) await interaction.showModal(modal);
  else if (interaction.isModalSubmit()) {
    const files = interaction.fields.getUploadedFiles("file")?.size ?? 0;
    await interaction.reply(`prompt: ${interaction.fields.getTextInputValue("text")}, files: ${files}`);
  } else if (interaction.isMessageContextMenuCommand())
    await interaction.reply({ content: `target: ${interaction.targetMessage.content}`, flags: MessageFlags.Ephemeral });
}

describe.skipIf(!hasChromium)(`the page in a browser (needs ${CHROMIUM})`, () => {
  let folder: string;
  let stage: Stage;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "sandbox-page-"));
    const cat = path.join(folder, "cat.png");
    await writeFile(cat, (await picture("cat.png")).bytes);
    const tries = [
      { label: "a cat", command: "stylize", files: { content: cat } },
      { label: "nothing", command: "no-such-command", files: {} },
    ];
    stage = await startStage({ tries });
    stage.client.on(Events.InteractionCreate, (interaction) => void answer(interaction));
    await stage.client.application.commands.set(COMMANDS);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    complaints = complaintsOf(page);
    await visit(page, stage.discord.address);
  });
  afterAll(async () => {
    await browser?.close();
    await endStage(stage);
    await rm(folder, { recursive: true, force: true });
  });

  const chat = () => page.locator("#chat");
  const box = () => page.getByRole("textbox", { name: "Message #general" });
  const file = async (name: string, color: string) => {
    const { bytes } = await picture(name, color, 64);
    return { name, mimeType: "image/png", buffer: Buffer.from(bytes) };
  };

  it("writes what a person types, as text and never as markup", async () => {
    await box().fill("**bold** <img src=x onerror=alert(1)> `code` ||hidden|| <t:0:R>\n-# small");
    await box().press("Enter");
    const message = chat().locator(".message").last();
    await message.locator("strong", { hasText: "bold" }).waitFor();
    expect(await message.locator(".markdown img").count()).toBe(0);
    expect(await message.textContent()).toContain("<img src=x onerror=alert(1)>");
    expect(await message.locator("time[data-style=R]").textContent()).toMatch(/years ago/);
    expect(await message.locator("small").textContent()).toBe("small");
    await message.locator(".spoiler").click();
    expect(await message.locator(".spoiler[data-shown]").count()).toBe(1);
  });

  it("uses a slash command with pictures by picker and by drop, and shows the card and its thread", async () => {
    await box().fill("/sty");
    await page.getByRole("option", { name: /\/stylize/ }).waitFor();
    await box().press("Enter");
    const form = page.getByRole("form", { name: "/stylize" });
    await form
      .locator("input[type=file]")
      .first()
      .setInputFiles(await file("cat.png", "#e9a23b"));
    // The second picture is dropped on the page, and goes into the option that is not shown yet.
    const waves = (await file("waves.png", "#1f4e79")).buffer.toJSON().data.join();
    const transfer = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array([${waves}])], "waves.png", { type: "image/png" }));
      return data;
    })()`);
    await chat().dispatchEvent("drop", { dataTransfer: transfer });
    await form.getByText("waves.png").waitFor();
    await form.getByRole("button", { name: "+ strength" }).click();
    await form.getByRole("spinbutton", { name: "strength" }).fill("7");
    await form.getByRole("button", { name: "Send /stylize" }).click();
    expect(await form.getByRole("alert").textContent()).toContain("strength does not fit (0 to 1)");
    await form.getByRole("spinbutton", { name: "strength" }).fill("0.7");
    await form.getByRole("spinbutton", { name: "strength" }).press("Enter");

    const message = chat().locator(".message", { hasText: "A job at 0.7" });
    await message.getByRole("img", { name: "the content" }).waitFor();
    expect(await message.locator(".origin").textContent()).toBe("Adaused/stylize");
    await message.locator(".thread-card").click();
    await page.getByRole("region", { name: "Thread" }).getByText("working on it").waitFor();
  });

  it("sends a command with Enter when its last picture is chosen", async () => {
    await box().fill("/stylize");
    await box().press("Enter");
    const form = page.getByRole("form", { name: "/stylize" });
    await form.locator("input[type=file]").setInputFiles(await file("dog.png", "#7a3b8f"));
    await form.getByRole("button", { name: "+ style" }).click();
    const choosers: FileChooser[] = [];
    page.on("filechooser", (chooser) => choosers.push(chooser));
    const style = form.locator(".drop-tile", { hasText: "style" });
    await style.locator("input[type=file]").setInputFiles(await file("ink.png", "#111111"));
    // Whoever stays on the picture sends, too: only a click or a space chooses another.
    await style.locator(".tile-face").press("Enter");
    await form.waitFor({ state: "detached" });
    await chat()
      .locator(".message", { hasText: "A job at default" })
      .getByRole("img", { name: "the content" })
      .waitFor();
    expect(choosers).toEqual([]);
  });

  it("goes on to what a command lacks when a picture is chosen", async () => {
    await box().fill("/stylize");
    await box().press("Enter");
    const form = page.getByRole("form", { name: "/stylize" });
    await form.locator("input[type=file]").setInputFiles(await file("dog.png", "#7a3b8f"));
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Send /stylize");
    await page.keyboard.press("Escape");
  });

  it("offers ready tries of the commands that are there", async () => {
    expect(await chat().locator(".try").allTextContents()).toEqual(["a cat"]);
    await chat().getByRole("button", { name: "a cat" }).click();
    const form = page.getByRole("form", { name: "/stylize" });
    await form.getByText("cat.png").waitFor();
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    await chat().locator(".thread-card").last().click();
  });

  it("stays in the thread when it is loaded again", async () => {
    await page.reload();
    const thread = page.getByRole("region", { name: "Thread" });
    await thread.getByText("working on it").waitFor();
    expect(await page.title()).toBe("a job · Atelier sandbox");
  });

  it("keeps a draft for the channel that it was begun in", async () => {
    const channels = page.getByRole("navigation", { name: "Channels" });
    await box().fill("half a sent");
    await channels.getByRole("button", { name: "gallery" }).click();
    expect(await page.getByRole("textbox", { name: "Message #gallery" }).inputValue()).toBe("");
    await channels.getByRole("button", { name: "general" }).click();
    expect(await box().inputValue()).toBe("half a sent");
    await box().fill("");
    await chat().locator(".thread-card").last().click();
  });

  it("keeps a message that is too long, and says so", async () => {
    await box().fill("a".repeat(2001));
    await box().press("Enter");
    await page.getByText("Your message is too long: 2,001 of at most 2,000 characters.").waitFor();
    expect((await box().inputValue()).length).toBe(2001);
    await box().fill("");
  });

  it("swaps a picture in place when the message is edited", async () => {
    const sent = await textChannel(stage, "general").send({
      components: [card("preview 1", "p1.png", "the preview")],
      files: [{ name: "p1.png", attachment: (await file("p1.png", "#111111")).buffer }],
      flags: MessageFlags.IsComponentsV2,
    });
    const img = chat().locator(`[data-id="${sent.id}"] img[alt="the preview"]`);
    await img.waitFor();
    const before = await img.elementHandle();
    const src = await img.getAttribute("src");
    await sent.edit({
      components: [card("preview 2", "p2.png", "the preview")],
      files: [{ name: "p2.png", attachment: (await file("p2.png", "#eeeeee")).buffer }],
      attachments: [],
    });
    await expect.poll(() => img.getAttribute("src")).not.toBe(src);
    expect(await before!.evaluate((node) => node.isConnected)).toBe(true);
    await chat().locator(`[data-id="${sent.id}"]`, { hasText: "preview 2" }).waitFor();
  });

  it("fills in a modal with text and a file", async () => {
    await chat().getByRole("button", { name: "Edit prompt" }).last().click();
    const dialog = page.getByRole("dialog", { name: "Edit prompt" });
    const text = dialog.getByRole("textbox", { name: /Describe the style/ });
    expect(await text.inputValue()).toBe("swirls");
    await text.fill("waves");
    await dialog.locator("input[type=file]").setInputFiles(await file("other.png", "#00ff00"));
    await dialog.getByRole("button", { name: "Submit" }).click();
    await chat().getByText("prompt: waves, files: 1").waitFor();
    expect(await dialog.count()).toBe(0);
  });

  it("reacts, and counts the reactions of others", async () => {
    const { discord } = stage;
    const message = chat().locator(".message", { hasText: "prompt: waves" });
    await message.hover();
    await message.getByRole("button", { name: "React with 🥇" }).click();
    const reaction = message.getByRole("button", { name: /^🥇, 1, reacted by Ada/ });
    expect(await reaction.getAttribute("aria-pressed")).toBe("true");
    const id = (await message.getAttribute("data-id"))!;
    await discord.member("grace").react({ id, channel_id: discord.channel("general").id }, "🥇");
    await message.getByRole("button", { name: /^🥇, 2, reacted by Ada, Grace/ }).click();
    await message.getByRole("button", { name: /^🥇, 1, reacted by Grace/ }).waitFor();
  });

  it("uses an app of a message's context menu", async () => {
    await stage.discord.member("linus").say(stage.discord.channel("general").id, "look at this");
    await chat().locator(".message", { hasText: "look at this" }).locator(".content").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Stylize this picture" }).click();
    await chat().locator(".message.ephemeral", { hasText: "target: look at this" }).waitFor();
    expect(stage.discord.ephemerals(stage.discord.member("ada").id)).toHaveLength(1);
  });

  it("uses an app of a picture's context menu", async () => {
    const img = chat().getByRole("img", { name: "the preview" }).last();
    await img.click({ button: "right" });
    await page.getByRole("menuitem", { name: "Open picture in a new tab" }).waitFor();
    await page.getByRole("menuitem", { name: "Stylize this picture" }).click();
    const { id } = stage.discord.member("ada");
    await expect.poll(() => stage.discord.ephemerals(id).map(({ content }) => content)).toContain("target:");
  });

  it("shows ephemeral answers to one member only, and switches members", async () => {
    await box().fill("/queue");
    await box().press("Enter");
    await page.keyboard.press("Enter");
    const ephemeral = chat().locator(".message.ephemeral", { hasText: "Nothing waits" });
    await ephemeral.getByText("Only you can see this").waitFor();
    await page.getByRole("button", { name: /switch member/ }).click();
    await page.getByRole("menuitemradio", { name: "Grace" }).click();
    await ephemeral.waitFor({ state: "detached" });
    await box().fill("I am Grace");
    await box().press("Enter");
    await chat().locator(".message", { hasText: "I am Grace" }).locator(".author", { hasText: "Grace" }).waitFor();
    expect(stage.discord.messages(stage.discord.channel("general").id).at(-1)!.author.username).toBe("grace");
  });

  it("fits a phone", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.getByRole("button", { name: "Close the thread" }).click();
    await page.getByRole("button", { name: "Show channels" }).click();
    await page.getByRole("navigation", { name: "Channels" }).getByRole("button", { name: "gallery" }).click();
    await page.getByRole("heading", { name: "Welcome to #gallery!" }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("made the browser complain of nothing, and broke no rule", () => {
    expect(complaints).toEqual([]);
    expect(stage.discord.violations).toEqual([]);
  });

  it("is closed to pages from elsewhere", async () => {
    const { address } = stage.discord;
    const stranger = await fetch(`${address}/sandbox/say`, {
      method: "POST",
      headers: { origin: "https://evil.example" },
      body: "{}",
    });
    expect(stranger.status).toBe(403);
    expect((await fetch(`${address}/page/..%2findex.ts`)).status).toBe(404);
  });
});
