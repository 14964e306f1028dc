/** Takes the README's picture: a real thread of the real bot, in the sandbox's page. `npm run screenshot` */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { chromium } from "playwright-core";
import sharp from "sharp";

import { sample } from "../src/cli/demo/samples.ts";
import { openStage } from "../src/cli/demo/stage.ts";

const TARGET = path.resolve(import.meta.dirname, "../docs/thread.png");
const BROWSER = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-screenshot-"));
const stage = await openStage({ port: 0, dataDir });
try {
  const { discord } = stage;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const general = discord.channel("general").id;
  const pictures = { content: await sample("content", "fox"), style: await sample("style", "village") };
  await ada.slash(general, "stylize", { ...pictures, seed: 7 });
  const thread = await discord.waitFor(() => discord.threads(general)[0], { timeoutMs: 240_000, what: "the thread" });
  const result = await discord.waitFor(
    () =>
      discord.messages(thread.id).find(({ attachments, mentions }) => attachments.length > 0 && mentions.length > 0),
    { timeoutMs: 120_000, what: "the result" },
  );
  for (const person of [ada, grace]) await person.react(result, "🥇");

  const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath: BROWSER, args: flags });
  const page = await browser.newPage({ viewport: { width: 1440, height: 960 }, deviceScaleFactor: 1.25 });
  await page.goto(discord.address);
  await page.getByText(thread.name).first().click();
  await page.waitForLoadState("networkidle");
  await page.mouse.move(2, 2);
  const shot = await page.screenshot();
  await browser.close();
  await writeFile(TARGET, await sharp(shot).png({ palette: true, quality: 90, effort: 10 }).toBuffer());
  console.log(path.relative(process.cwd(), TARGET));
} finally {
  await stage.close();
  await rm(dataDir, { recursive: true, force: true });
}
