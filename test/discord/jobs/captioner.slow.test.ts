/** The bot with a real captioner: a tiny LLaVA of random weights, whose nonsense runs through everything that prose does. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { InteractionCall } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { JobEvent } from "../../../src/jobs/events.ts";
import { readReference } from "../../models/reference.ts";
import { landscape, type Picture } from "../pictures.ts";
import { hasButton, openStudio, pressMore, type Settings, type Studio, stylized, textOf } from "../studio.ts";
import { whileEngineStands } from "../still-engine.ts";

const TINY = path.resolve(import.meta.dirname, "../../fixtures/tiny-llava");

let models: string;
let studio: Studio;

/** A bot whose captioner is called `name`. */
async function open(name: string, settings: Settings = {}): Promise<Studio> {
  return openStudio({ MODELS_DIR: models, CAPTIONER: name, CAPTION_TOKENS: "1024", ...settings });
}

type Json = Record<string, unknown>;

async function amend(name: string, change: (settings: Json) => Json): Promise<void> {
  const file = path.join(models, "tiny_llava", name);
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, "utf8")) as Json)));
}

beforeAll(async () => {
  models = await mkdtemp(path.join(os.tmpdir(), "atelier-captioners-"));
  await cp(TINY, path.join(models, "tiny_llava"), { recursive: true });
  await cp(TINY, path.join(models, "broken_llava"), { recursive: true });
  await rm(path.join(models, "broken_llava", "model-00002-of-00002.safetensors"));
  // As it is, it has room for few words and ends soon: it is to talk for seconds.
  await amend("config.json", ({ text_config, ...rest }) => ({
    ...rest,
    text_config: { ...(text_config as object), max_position_embeddings: 2048 },
  }));
  await amend("tokenizer_config.json", (settings) => ({ ...settings, eos_token: "<pad>" }));
  studio = await open("tiny_llava");
});

afterAll(async () => {
  await studio.close();
  await rm(models, { recursive: true, force: true });
});

/** A picture that the tiny captioner has much to say about. `shade` makes it another one. */
async function talkative(name: string, shade = 0): Promise<Picture> {
  const { data, shape } = (await readReference(path.join(TINY, "reference.safetensors"))).bytes("0.image");
  const [height, width] = shape as [number, number];
  data[0] = shade;
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { name, bytes, contentType: "image/png" };
}

const pictures = async (shade?: number) => ({
  content: await landscape(),
  style: await talkative("style.png", shade),
  variant: "image-prompt",
});

/** The message in a job's thread that holds the description: its result. */
const descriptionIn = (from: Studio, threadId: string): APIMessage | undefined =>
  from.discord.messages(threadId).find((message) => textOf(message).includes("in words"));

/** Words grow. */
const grows = (event: JobEvent): boolean => event.type === "description" && !event.done;

describe("a description by a captioner", () => {
  it("streams onto the card, and stands in the thread with the captioner's name, escaped", async () => {
    const { discord, general } = studio;
    const growing = ({ response }: InteractionCall): boolean =>
      discord.edits(response?.id ?? "").some(({ body }) => JSON.stringify(body).includes(" ▌"));
    const call = await whileEngineStands(
      studio,
      grows,
      async () => discord.member("ada").slash(general, "stylize", await pictures()),
      (begun) => discord.waitFor(() => growing(begun), { what: "growing words" }),
    );
    const result = await stylized(studio, call);
    const message = descriptionIn(studio, result.channel_id)!;
    expect(textOf(message)).toContain(String.raw`Described by tiny\_llava`);
    expect(textOf(message).length).toBeLessThan(4000);
    expect(growing(call)).toBe(true);
    const quoted = textOf(message)
      .split("\n")
      .filter((line) => line.startsWith("> "))
      .map((line) => line.slice(2));
    const markup = quoted.join("\n").replaceAll(/\\./g, "");
    expect(markup).not.toMatch(/[`~|[\]<]/);
    expect(markup).not.toMatch(/[^\P{Cc}\n]/u);
    expect(message.mentions.map(({ id }) => id)).toEqual([discord.member("ada").id]);
  });

  it("is made once for a style and shown again from the cache", async () => {
    const { discord, general, running } = studio;
    const again = { ...(await pictures()), content: await landscape("other.png", 96, 64) };
    const result = await stylized(studio, await discord.member("grace").slash(general, "stylize", again));
    const job = (await running.bot.store.jobs.finished(1))[0]!;
    expect(job).toMatchObject({ describer: "tiny_llava", result: { seconds: { caption: 0 } } });
    expect(textOf(descriptionIn(studio, result.channel_id))).toContain(String.raw`Described by tiny\_llava`);
  });

  it("can be stopped between two tokens, and the engine lives on", async () => {
    const { discord, general, running } = studio;
    const engine = running.engine as unknown as { readonly pid: number };
    const { pid } = engine;
    const ada = discord.member("ada");
    const call = await whileEngineStands(
      studio,
      grows,
      async () => ada.slash(general, "stylize", await pictures(99)),
      async (begun) => {
        const card = await discord.waitFor(
          () => begun.response && hasButton(begun.response, "Cancel") && begun.response,
          {
            what: "the job card",
          },
        );
        await ada.press(card, "Cancel");
      },
    );
    await discord.waitFor(() => textOf(call.response).includes("Stopped"), { what: "the job to be stopped" });
    await stylized(studio, await ada.slash(general, "stylize", await pictures()));
    expect(engine.pid).toBe(pid);
  });
});

describe("a captioner that fails", () => {
  it("is replaced by the palette describer, and the thread says so and why", async () => {
    const broken = await open("broken_llava");
    try {
      const { discord, general } = broken;
      const call = await discord.member("ada").slash(general, "stylize", await pictures());
      const result = await stylized(broken, call);
      const words = textOf(descriptionIn(broken, result.channel_id));
      expect(words).toContain("Described by palette describer");
      expect(words).toMatch(/⚠️ broken\\_llava failed: .*model-00002-of-00002/);
      const { modal } = await pressMore(discord, discord.member("ada"), result, "Edit prompt");
      expect(JSON.stringify(await modal)).toMatch(/"value":"[^"]{80}/);
    } finally {
      await broken.close();
    }
  });
});
