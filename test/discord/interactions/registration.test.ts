import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { connectClient } from "@atelier/sandbox/client";
import { type Client, Locale } from "discord.js";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { commands } from "../../../commands/index.ts";
import type { Texts } from "../../../src/discord/interactions/command-words.ts";
import { registerSoon } from "../../../src/discord/interactions/registration.ts";
import { Deliveries } from "../../../src/discord/messages/deliveries.ts";
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

/** By path, what is said otherwise. */
type ByPath = Readonly<Record<string, Texts>>;

/** Everything in German: names by their path in small letters, descriptions in capitals. */
function germanWords(names: ByPath = {}, descriptions: ByPath = {}) {
  const paths: string[] = [];
  return {
    paths,
    name(path: string): Texts {
      paths.push(path);
      return path in names
        ? names[path]!
        : { [Locale.German]: `ä_${path.toLowerCase().replaceAll(/\W/g, "_").slice(-30)}` };
    },
    description: (path: string): Texts =>
      path in descriptions ? descriptions[path]! : { [Locale.German]: path.toUpperCase() },
  };
}

describe("the registration of commands in several languages", () => {
  const writes = (): number => discord.requests.filter(({ method }) => method === "PUT").length;
  /** Starts with these words; whether the commands were written. */
  const register = async (words?: ReturnType<typeof germanWords>): Promise<boolean> => {
    const before = writes();
    await registerSoon(client, commands, { deliveries: new Deliveries({ log }), log, ...(words && { words }) });
    return writes() > before;
  };
  beforeEach(() => register(germanWords()));

  it("asks for the words of every command, subcommand, option and choice by its path", async () => {
    const words = germanWords();
    await register(words);
    expect(words.paths).toEqual(
      expect.arrayContaining(["paint", "Use as style", "style", "style/show", "style/show/name", "paint/variant=inst"]),
    );
    expect(new Set(words.paths).size).toBe(words.paths.length);
    const paint = discord.commands.find(({ name }) => name === "paint")!;
    expect(paint["description_localizations"]).toEqual({ de: "PAINT" });
    expect(JSON.stringify(paint)).toContain('"de":"PAINT/VARIANT"');
    expect(discord.violations).toEqual([]);
  });

  it("writes nothing where nothing was changed", async () => {
    expect(await register(germanWords())).toBe(false);
  });

  it("does not hold what Discord leaves out to be a change", async () => {
    const same = { [Locale.German]: "paint" };
    expect(await register(germanWords({ paint: same }, { paint: null }))).toBe(true);
    expect(await register(germanWords({ paint: same }, { paint: {} }))).toBe(false);
    expect(await register(germanWords({ paint: null }, { paint: null }))).toBe(false);
  });

  it.each([
    ["a command", germanWords({ paint: { [Locale.German]: "malen" } })],
    ["a subcommand", germanWords({}, { "style/show": { [Locale.German]: "Zeigt einen Stil" } })],
    ["an option", germanWords({ "style/show/name": { [Locale.German]: "name_des_stils" } })],
    ["a choice", germanWords({ "paint/variant=inst": { [Locale.German]: "Tusche" } })],
  ])("writes when %s is called otherwise", async (_, words) => {
    expect(await register(words)).toBe(true);
    expect(await register(words)).toBe(false);
  });

  it("writes when there are no words in another language any more", async () => {
    expect(await register()).toBe(true);
    expect(await register()).toBe(false);
  });
});
