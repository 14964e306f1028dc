import { crc32, deflateSync } from "node:zlib";

import type { APIMessage } from "discord.js";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { checkedPrompt } from "../../../commands/prompt.ts";
import { draw, landscape, type Picture, waves } from "../pictures.ts";
import { hasButton, openStudio, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ DOWNLOAD_SECONDS: "1", MAX_UPLOAD_MB: "1" });
});

afterAll(() => studio.close());

afterEach(() => {
  studio.discord.cdn.fault = null;
});

const file = (name: string, bytes: Uint8Array | string): Picture => ({ name, bytes: Buffer.from(bytes) });

/** What Linus is told when he gives this as content; nobody else sees a trace. */
async function refusal(content: Picture, style?: Picture): Promise<string> {
  const { discord, general } = studio;
  const linus = discord.member("linus");
  const before = whispers(discord, linus.id).length;
  const call = await linus.slash(general, "stylize", { content, style: style ?? (await waves()) });
  const words = await discord.waitFor(() => whispers(discord, linus.id)[before], { what: "a word about the fault" });
  await discord.waitFor(() => call.response === undefined, { what: "the public answer to be taken back" });
  return words;
}

async function accepted(content: Picture, style?: Picture): Promise<{ card: APIMessage; result: APIMessage }> {
  const { discord, general } = studio;
  const call = await discord.member("linus").slash(general, "stylize", { content, style: style ?? (await waves()) });
  const result = await stylized(studio, call);
  return { card: call.response!, result };
}

function bomb(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(50_000, 0);
  header.writeUInt32BE(50_000, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(6251 * 100));
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

describe("what is no picture", () => {
  it("is refused in words that a person understands, to that person alone", async () => {
    const sound = await landscape();
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic\0\0\0\0mif1heic"), Buffer.alloc(64)]);
    const cases: [Picture, RegExp][] = [
      [
        file("notes.png", "Dear diary, today I tried a bot."),
        /^The content picture is not a picture\. Please send a JPEG/,
      ],
      [file("cut.png", sound.bytes.subarray(0, sound.bytes.length / 2)), /damaged or incomplete/],
      [file("empty.jpg", ""), /is an empty file/],
      [file("large.png", Buffer.alloc(1_200_000, 7)), /is too large: 1\.1 MB\. I take up to 1 MB\./],
      [file("bomb.png", bomb()), /is too large: 50000 × 50000 pixels\. I take up to 50 megapixels/],
      [file("IMG_1.jpg", heic), /is a HEIC photo, which I cannot read\. Please export it as JPEG or PNG/],
      [
        file("logo.png", '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'),
        /is an SVG drawing/,
      ],
      [file("page.png", "<!doctype html><html><body>Sign in</body></html>"), /is a web page, not a picture/],
      [await landscape("icon.png", 16, 16), /is too small: 16 × 16 pixels\. It takes at least 32 pixels each way/],
      [await landscape("banner.png", 4000, 50), /is too long and narrow: 4000 × 50 pixels/],
    ];
    for (const [picture, words] of cases) expect(await refusal(picture)).toMatch(words);
  });

  it("is named by its role, also when both are none", async () => {
    expect(await refusal(file("a.png", "no"), file("b.png", ""))).toMatch(
      /^The content picture is not a picture.+\nThe style picture is an empty file/,
    );
    expect(await refusal(await landscape(), file("style.png", "no"))).toMatch(/^The style picture is not a picture/);
  });
});

describe("what is an unusual picture", () => {
  it("is taken, and what was done to it is said", async () => {
    const frames = [await draw(64, 48).png().toBuffer(), await draw(64, 48).negate().png().toBuffer()];
    const animated = file(
      "dance.gif",
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    );
    const { card, result } = await accepted(animated);
    expect(textOf(card)).toContain("Content picture: only the first frame of the animation is used.");
    expect(result.attachments).toHaveLength(1);

    const see = await sharp({ create: { width: 80, height: 60, channels: 4, background: "#f008" } })
      .png()
      .toBuffer();
    const glass = await accepted(file("glass.png", see), file("pane.png", see));
    expect(textOf(glass.card)).toContain("Style picture: transparent parts are filled with white.");
  });

  it("keeps its shape where it is transparent: in the result, and in what the card shows of it", async () => {
    const disc = `<circle cx="60" cy="45" r="40" fill="#c33"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90" width="120" height="90">${disc}</svg>`;
    const { card, result } = await accepted(file("disc.png", await sharp(Buffer.from(svg)).png().toBuffer()));
    const pictures = [
      result.attachments[0]!,
      ...card.attachments.filter(({ filename }) => filename.startsWith("content")),
    ];
    expect(pictures).toHaveLength(2);
    for (const { url } of pictures) {
      const bytes = await (await fetch(url)).arrayBuffer();
      const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      const alphaAt = (x: number, y: number) =>
        data[(Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels + 3];
      expect([info.channels, alphaAt(0.02, 0.02), alphaAt(0.5, 0.5)]).toEqual([4, 0, 255]);
    }
  });

  it("is turned upright, whatever its colours are kept in", async () => {
    const turned = await draw(96, 64).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { result } = await accepted(file("phone.jpg", turned));
    expect(result.attachments[0]).toMatchObject({ width: 64, height: 96 });
    const cmyk = await draw(96, 64).toColourspace("cmyk").jpeg().toBuffer();
    const deep = await draw(96, 64).toColourspace("rgb16").png().toBuffer();
    for (const picture of [file("print.jpg", cmyk), file("deep.png", deep)])
      expect((await accepted(picture)).result.attachments[0]).toMatchObject({ width: 96, height: 64 });
  });

  it("may be its own style", async () => {
    const same = await landscape();
    expect(textOf((await accepted(same, same)).card)).toContain("Content and style are the same picture.");
  });
});

describe("words that want to be more than words", () => {
  it("stay words: file names", async () => {
    // Discord itself makes `everyone_look_1_x_y_.png` of it.
    const { card, result } = await accepted(await landscape("@everyone **look** <@1> [x](y).png"));
    expect(textOf(card)).toContain(String.raw`everyone\_look\_1\_x\_y\_`);
    expect(textOf(result)).toContain(String.raw`**everyone\_look\_1\_x\_y\_**`);
    expect(card.mention_everyone).toBe(false);
    expect(result.mentions).toHaveLength(1);
    expect(result.attachments[0]!.filename).toMatch(/^[a-z0-9-]+\.png$/);
  });

  it("stay words: prompts", async () => {
    const { discord, general } = studio;
    const call = await discord.member("linus").slash(general, "stylize", {
      content: await landscape(),
      style: await waves(),
      prompt: "@everyone # BIG **bold** `code`\n> quote",
    });
    const result = await stylized(studio, call);
    const description = discord
      .messages(result.channel_id)
      .map(textOf)
      .find((text) => text.includes("in words"));
    expect(description).toContain(String.raw`@${"\u200B"}everyone # BIG \*\*bold\*\* ${"\\`code\\`"}`);
    expect(description).toContain(String.raw`> \> quote`);
    expect(discord.messages(result.channel_id).every((message) => !message.mention_everyone)).toBe(true);
  });

  it("have a length", async () => {
    const { discord, general } = studio;
    const prompt = "x".repeat(5000);
    const inputs = { content: await landscape(), style: await waves() };
    await expect(discord.member("linus").slash(general, "stylize", { ...inputs, prompt })).rejects.toThrow(
      /2000 characters/,
    );
    expect(() => checkedPrompt(prompt)).toThrow(
      "Your prompt has 5,000 characters; 2,000 fit. Please shorten it a little.",
    );
  });
});

describe("a CDN on a bad day", () => {
  it.each([
    ["stalls", { stall: true }, /did not arrive within 1 second/],
    ["has lost the picture", { status: 404 }, /does not have the content picture any more/],
    ["fails", { status: 503 }, /could not fetch the content picture/],
    ["answers a page", { html: "<!doctype html><html><title>Log in</title></html>" }, /is a web page, not a picture/],
  ])("%s", async (_name, fault, words) => {
    studio.discord.cdn.fault = fault;
    expect(await refusal(await landscape())).toMatch(words);
  });
});

describe("after all of this", () => {
  it("the next command works", async () => {
    const { result } = await accepted(await landscape());
    expect(hasButton(result, "More…")).toBe(true);
    expect(results(studio.discord, result.channel_id)).toHaveLength(1);
  });
});
