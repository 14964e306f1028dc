/** Takes the README's pictures: the real bot in the sandbox's page, in both themes. `npm run screenshot` */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { DiscordSandbox } from "@atelier/sandbox";
import sharp from "sharp";

import { sample } from "../src/cli/demo/samples.ts";
import { openStage } from "../src/cli/demo/stage.ts";
import { answered, found, blindPictures, moreOf, resultOf } from "./screens/acts.ts";
import { Camera, type Screen, type Shot, THEMES } from "./screens/camera.ts";

const TARGET = path.resolve(import.meta.dirname, "../docs/pictures");
const DESKTOP: Screen = { width: 1280, height: 1040, scale: 1.25 };
const HALF: Screen = { width: 640, height: 844, scale: 1.25 };
const PHONE: Screen = { width: 390, height: 844, isPhone: true, scale: 1.5 };
/** Eight pictures are to weigh no more than 600 kB. */
const QUALITY = 54;

const dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-screenshot-"));
const stage = await openStage({ port: 0, dataDir });
const camera = await Camera.open(stage.discord.address);
try {
  await mkdir(TARGET, { recursive: true });
  for (const [name, screen, shot] of await shots(stage.discord))
    for (const theme of THEMES) {
      const file = path.join(TARGET, `${name}-${theme}.webp`);
      await writeFile(
        file,
        await sharp(await camera.take(shot, theme, screen))
          .webp({ quality: QUALITY, effort: 6, smartSubsample: true })
          .toBuffer(),
      );
      console.log(path.relative(process.cwd(), file));
    }
} finally {
  await camera.close();
  await stage.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function shots(discord: DiscordSandbox): Promise<[name: string, Screen, Shot][]> {
  const [ada, grace, linus] = [discord.member("ada"), discord.member("grace"), discord.member("linus")];
  const [general, gallery] = [discord.channel("general").id, discord.channel("gallery").id];
  const fox = await sample("content", "fox");
  const lighthouse = await sample("content", "lighthouse");

  const styles = await answered(discord, await linus.slash(gallery, "styles"), "Page 1");

  const blind = { content: lighthouse, style: await sample("style", "poster") };
  await grace.slash(gallery, "compare", blind);
  const judged = await blindPictures(discord, gallery);
  const sheet = await found(discord, gallery, "Reveal now");
  for (const [person, medals] of [
    [ada, ["🥇", "🥈", "🥉"]],
    [linus, ["🥈", "🥇", "🥉"]],
  ] as const)
    for (const [i, picture] of judged.entries()) await person.react(picture, medals[i]!);

  const first = await resultOf(
    discord,
    await ada.slash(general, "stylize", { content: fox, style: await sample("style", "village"), seed: 7 }),
  );
  for (const person of [ada, grace]) await person.react(first, "🥇");

  const panel = await moreOf(discord, linus, first);
  return [
    [
      "stylize",
      DESKTOP,
      {
        as: "ada",
        channelId: general,
        threadId: first.channel_id,
        act: async (page) => {
          await page.locator("#chat .try").nth(1).click();
          await page.locator("#chat .drop-tile.filled").nth(1).waitFor();
        },
      },
    ],
    ["styles", HALF, { as: "linus", channelId: gallery, messageId: styles.id, block: "start" }],
    ["compare", HALF, { as: "ada", channelId: gallery, messageId: sheet.id, block: "start" }],
    ["phone", PHONE, { as: "linus", channelId: general, threadId: first.channel_id, messageId: panel.id }],
  ];
}
