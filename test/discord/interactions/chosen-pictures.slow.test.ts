/** Pictures that are chosen from the menu of a message or of a person: emojis, stickers, avatars, and styles. */
import type { FieldValues, InteractionCall, MessageRef } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";

import { draw, landscape, waves } from "../pictures.ts";
import { openStudio, pressMore, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

/** A disc on nothing. */
const disc = (side: number): Promise<Buffer> =>
  sharp(Buffer.from(`<svg width="${side}" height="${side}"><circle cx="50%" cy="50%" r="45%" fill="#c33"/></svg>`))
    .png()
    .toBuffer();

async function fill(call: InteractionCall, values: FieldValues): Promise<APIMessage> {
  return stylized(studio, await studio.discord.member("ada").submit(await call.modal, values));
}

const chosen = async (message: MessageRef): Promise<APIMessage> =>
  fill(await studio.discord.member("ada").messageCommand(message, "Stylize this picture"), { style: await waves() });

/** Channels of the result, and how much there is of its first pixel. */
async function cornerOf({ attachments: [picture] }: APIMessage) {
  const bytes = await (await fetch(picture!.url)).arrayBuffer();
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { channels: info.channels, alpha: data[3] };
}

it("a custom emoji in a message is a content, in its shape", async () => {
  const { discord, general } = studio;
  const emoji = discord.addEmoji("red_disc", await disc(64));
  const result = await chosen(await discord.member("grace").say(general, `look: ${emoji}`));
  expect(textOf(result)).toContain("red\\_disc");
  expect(await cornerOf(result)).toEqual({ channels: 4, alpha: 0 });
});

it("HD of a result that is see-through keeps its shape", async () => {
  const { discord, general } = studio;
  const emoji = discord.addEmoji("green_disc", await disc(64));
  const result = await chosen(await discord.member("grace").say(general, `look: ${emoji}`));
  const [picture] = result.attachments;
  const before = results(discord, result.channel_id).length;
  await pressMore(discord, discord.member("ada"), result, `HD, ${2 * picture!.width!} × ${2 * picture!.height!}`);
  const hd = await discord.waitFor(() => results(discord, result.channel_id)[before], { what: "the picture in HD" });
  expect(hd.attachments[0]!.width).toBe(2 * picture!.width!);
  expect(await cornerOf(hd)).toEqual({ channels: 4, alpha: 0 });
});

it.each(["png", "gif"] as const)("a %s sticker is a content, in its shape", async (format) => {
  const { discord, general } = studio;
  const bytes =
    format === "png"
      ? await disc(80)
      : await sharp(await disc(80))
          .gif()
          .toBuffer();
  const sticker = discord.addSticker("Round", format, bytes);
  const result = await chosen(await discord.member("grace").say(general, "", [], [sticker]));
  expect(textOf(result)).toContain("Round");
  expect(await cornerOf(result)).toEqual({ channels: 4, alpha: 0 });
});

it("a sticker without pixels is refused in words", async () => {
  const { discord, general } = studio;
  const ada = discord.member("ada");
  const sticker = discord.addSticker("Moving", "lottie", new Uint8Array());
  const message = await discord.member("grace").say(general, "", [], [sticker]);
  await ada.messageCommand(message, "Stylize this picture");
  await expect.poll(() => whispers(discord, ada.id).join("\n")).toContain("Lottie");
});

it("Use as style takes the style from a message, and asks for the picture", async () => {
  const { discord, general } = studio;
  const ada = discord.member("ada");
  const message = await discord.member("grace").say(general, "mine", [await waves("sea.jpg")]);
  const call = await ada.messageCommand(message, "Use as style");
  const modal = await call.modal;
  expect(modal.title).toBe("Use as style");
  const result = await fill(call, { content: await landscape("home.png") });
  expect(textOf(result)).toContain("**home** in the style of **sea**");
});

it("Stylize avatar takes what a person shows of themselves", async () => {
  const { discord, general } = studio;
  const grace = discord.member("grace");
  grace.avatar = await draw(128, 128).png().toBuffer();
  const call = await discord.member("ada").userCommand(general, grace, "Stylize avatar");
  expect(textOf(await fill(call, { style: await waves() }))).toContain("**Grace** in the style of **waves**");
});
