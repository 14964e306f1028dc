import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { connectClient } from "@atelier/sandbox/client";
import type { Client } from "discord.js";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { commands } from "../../../commands/index.ts";
import type { Commands } from "../../../src/discord/interactions/handler.ts";
import { subcommand } from "../../../src/discord/interactions/localised.ts";
import { registerSoon } from "../../../src/discord/interactions/registration.ts";
import { Deliveries } from "../../../src/discord/messages/deliveries.ts";
import { inOtherLanguages } from "../../../src/words/say.ts";
import { referee } from "../referee.ts";

const log = pino({ level: "silent" });

let discord: DiscordSandbox;
let client: Client<true>;
beforeAll(async () => {
  discord = await startSandbox({ onRequest: referee });
  client = await connectClient(discord);
});
afterAll(async () => {
  await client.destroy();
  await discord.close();
});

type Words = Readonly<Record<string, string>> | null;
/** A command, an option or a choice as it is registered. */
interface Part {
  readonly name: string;
  readonly description?: string;
  readonly value?: string;
  readonly options?: readonly Part[];
  readonly choices?: readonly Part[];
  name_localizations?: Words;
  description_localizations?: Words;
}

/** The commands with another `/paint`. */
function withPaint(change: (paint: Part) => void): Commands {
  const handlers = commands.handlers.map((handler) => {
    if (handler.data.name !== "paint") return handler;
    const data = structuredClone(handler.data);
    change(data as Part);
    return { ...handler, data } as typeof handler;
  });
  return { ...commands, handlers };
}

const inPaint = (paint: Part, option: string): Part => paint.options!.find(({ name }) => name === option)!;

/** The commands with another word for what `/style show` does. */
const withStyleShow: Commands = {
  ...commands,
  handlers: commands.handlers.map((handler) =>
    handler.kind === "subcommand" && handler.group === "style" && handler.data.name === "show"
      ? { ...handler, data: subcommand("style.show").setDescriptionLocalization("de", "Ein Stil, wie er ist") }
      : handler,
  ),
};

describe("the registration of commands in several languages", () => {
  const writes = (): number => discord.requests.filter(({ method }) => method === "PUT").length;
  /** Starts with these commands; whether they were written. */
  const register = async (wanted: Commands): Promise<boolean> => {
    const before = writes();
    await registerSoon(client, wanted, { deliveries: new Deliveries({ log }), log });
    return writes() > before;
  };
  beforeEach(() => register(commands));

  it("brings what the catalogue has in each language, as Discord allows it", () => {
    const paint = discord.commands.find(({ name }) => name === "paint")!;
    expect(paint["description_localizations"]).toEqual(inOtherLanguages("command.paint"));
    expect(discord.violations).toEqual([]);
  });

  it("writes nothing where nothing was changed", async () => {
    expect(await register(commands)).toBe(false);
  });

  it("does not hold what Discord leaves out to be a change", async () => {
    const saying = (words: (paint: Part) => Words): Commands =>
      withPaint((paint) => (paint.description_localizations = words(paint)));
    await register(saying(() => null));
    expect(await register(saying(() => ({})))).toBe(false);
    expect(await register(saying(({ description }) => ({ de: description! })))).toBe(false);
  });

  it.each([
    ["a command", withPaint((paint) => (paint.description_localizations = { de: "Malt ein Bild" }))],
    ["a subcommand", withStyleShow],
    ["an option", withPaint((paint) => (inPaint(paint, "with").name_localizations = { de: "im_stil_von" }))],
    ["a choice", withPaint((paint) => (inPaint(paint, "variant").choices![0]!.name_localizations = { de: "Tusche" }))],
  ])("writes when %s is called otherwise, and when it is not any more", async (_, other) => {
    expect(await register(other)).toBe(true);
    expect(await register(other)).toBe(false);
    expect(await register(commands)).toBe(true);
    expect(await register(commands)).toBe(false);
  });
});
