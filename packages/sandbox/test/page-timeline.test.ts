import { EventEmitter, once } from "node:events";

import { ContainerBuilder, EmbedBuilder, MediaGalleryBuilder, MessageFlags, TextDisplayBuilder } from "discord.js";
import sharp from "sharp";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { CHROMIUM, hasChromium, launchBrowser, visit } from "./browser.ts";
import { endStage, type Stage, startStage, textChannel } from "./harness.ts";

/** Several screens of pictures: one that stands alone, several side by side, one of an embed. */
async function fill(stage: Stage): Promise<void> {
  const general = textChannel(stage, "general");
  const attachment = await sharp({ create: { width: 900, height: 700, channels: 3, background: "#a52" } })
    .png()
    .toBuffer();
  const gallery = (names: readonly string[]) =>
    new MediaGalleryBuilder().addItems(names.map((name) => ({ media: { url: `attachment://${name}` } })));
  for (const names of [["a.png"], ["b.png", "c.png"], ["d.png"]])
    await general.send({
      components: [
        new ContainerBuilder()
          .addTextDisplayComponents(new TextDisplayBuilder().setContent("**A style**"))
          .addMediaGalleryComponents(gallery(names)),
      ],
      files: names.map((name) => ({ name, attachment })),
      flags: MessageFlags.IsComponentsV2,
    });
  await general.send({
    embeds: [new EmbedBuilder().setTitle("A title").setImage("attachment://e.png")],
    files: [{ name: "e.png", attachment }],
  });
}

describe.skipIf(!hasChromium)(`the page's timeline (needs ${CHROMIUM})`, () => {
  let stage: Stage;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stage = await startStage();
    await stage.client.application.commands.set([{ name: "queue", description: "What waits" }]);
    await fill(stage);
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await page.context().close();
  });
  afterAll(async () => {
    await browser?.close();
    await endStage(stage);
  });

  /** Opens the page with pictures that do not come before they are let. */
  async function open(options: BrowserContextOptions = {}): Promise<{ letPicturesCome: () => Promise<void> }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    page = await context.newPage();
    const gate = new EventEmitter();
    const opened = once(gate, "open");
    await page.route("**/attachments/**", async (route) => {
      await opened;
      await route.continue();
    });
    await visit(page, stage.discord.address);
    return {
      async letPicturesCome() {
        gate.emit("open");
        await expect
          .poll(() =>
            page.evaluate("[...document.querySelectorAll('.picture img')].every((img) => img.naturalWidth > 0)"),
          )
          .toBe(true);
      },
    };
  }

  const height = () => page.evaluate("document.querySelector('#chat .messages').offsetHeight");
  /** How far below the reader the end is, pixels. */
  const fromEnd = async (): Promise<number> => {
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
    return page.evaluate(
      "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('#chat .timeline'))",
    );
  };

  it.each([
    ["a desktop", {}],
    ["a phone", { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true }],
  ])("opens at its end on %s, and keeps it when pictures come late", async (_, options) => {
    const { letPicturesCome } = await open(options);
    const before = await height();
    expect(before).toBeGreaterThan(1000);
    await letPicturesCome();
    expect(await height()).toBe(before);
    expect(await fromEnd()).toBeLessThan(1);
  });

  it("keeps its end when something grows while it scrolls", async () => {
    const { letPicturesCome } = await open();
    await letPicturesCome();
    await page.evaluate(`(() => {
      document.querySelector("#chat .timeline").scrollTop -= 40;
      document.querySelector("#chat .message .markdown").style.minHeight = "500px";
    })()`);
    expect(await fromEnd()).toBeLessThan(1);
  });

  it("keeps its end when a command takes more room than the message box", async () => {
    const { letPicturesCome } = await open();
    await letPicturesCome();
    await page.getByRole("textbox", { name: "Message #general" }).fill("/queue");
    await page.keyboard.press("Enter");
    await page.getByRole("form", { name: "/queue" }).waitFor();
    expect(await fromEnd()).toBeLessThan(1);
  });

  it("leaves a reader alone who went up", async () => {
    const { letPicturesCome } = await open();
    await letPicturesCome();
    await page.locator("#chat .timeline").hover();
    await page.mouse.wheel(0, -700);
    await expect.poll(fromEnd).toBeGreaterThan(600);
    const before = await fromEnd();
    await stage.discord.member("grace").say(stage.discord.channel("general").id, "news");
    await page.locator("#chat .message", { hasText: "news" }).waitFor();
    expect(await fromEnd()).toBeGreaterThan(before);
  });
});
