import { ActionRowBuilder, ButtonBuilder, ButtonStyle, EmbedBuilder } from "discord.js";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CHROMIUM, hasChromium, launchBrowser, visit } from "./browser.ts";
import { endStage, type Stage, startStage, textChannel } from "./harness.ts";

/** Each text on the screen that stands out less than 4.5 to 1, the least that WCAG asks for; roles choose their own. */
const FAINT = `(() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, under) => top.rgb.map((value, n) => value * top.a + under[n] * (1 - top.a));
  const groundOf = (node) => {
    if (!node) return [255, 255, 255];
    const back = parse(getComputedStyle(node).backgroundColor);
    return back.a === 1 ? back.rgb : over(back, groundOf(node.parentElement));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.querySelector("#app"), NodeFilter.SHOW_TEXT);
  const faint = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (node.closest("[style*=color], svg, button:disabled, .spoiler, .member.off")) continue;
    const ground = groundOf(node);
    const [a, b] = [light(over(parse(getComputedStyle(node).color), ground)), light(ground)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.push(text + " " + contrast.toFixed(2));
  }
  return faint;
})()`;

describe.skipIf(!hasChromium)(`the page's themes (needs ${CHROMIUM})`, () => {
  let stage: Stage;
  let browser: Browser;

  beforeAll(async () => {
    stage = await startStage();
    const { discord } = stage;
    await stage.client.application.commands.set([{ name: "queue", description: "What waits" }]);
    const styles = [ButtonStyle.Primary, ButtonStyle.Secondary, ButtonStyle.Success, ButtonStyle.Danger];
    await textChannel(stage, "general").send({
      content: `<@${discord.member("ada").id}> **bold** \`code\` ||hidden|| <t:0:R> https://example.com\n> said\n-# small`,
      embeds: [new EmbedBuilder().setTitle("A title").setDescription("words").setFooter({ text: "below" })],
      components: [
        new ActionRowBuilder<ButtonBuilder>().addComponents(
          styles.map((style) =>
            new ButtonBuilder().setCustomId(`b${style}`).setLabel(`style ${style}`).setStyle(style),
          ),
        ),
      ],
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await endStage(stage);
  });

  it.each([
    ["dark", "rgb(49, 51, 56)"],
    ["light", "rgb(255, 255, 255)"],
  ] as const)("are %s where the system is", async (colorScheme, ground) => {
    const page = await browser.newPage({ colorScheme });
    await visit(page, stage.discord.address);
    await page.locator("#chat .message").first().waitFor();
    const style = "(({ backgroundColor, colorScheme }) => [backgroundColor, colorScheme])";
    expect(await page.evaluate(`${style}(getComputedStyle(document.body))`)).toEqual([ground, colorScheme]);
    expect(await page.evaluate(FAINT)).toEqual([]);
    await page.getByRole("textbox", { name: "Message #general" }).fill("/");
    await page.getByRole("option", { name: /queue/ }).waitFor();
    expect(await page.evaluate(FAINT)).toEqual([]);
    await page.close();
  });
});
