import { type ChatInputCommandInteraction, Events, type Guild } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { endStage, nextInteraction, rest, type Stage, startStage } from "./harness.ts";

const CHOICE = { name: "Ink", value: "ink", name_localizations: { de: "Tusche" } };
const OPTION = {
  type: 3,
  name: "variant",
  description: "How",
  name_localizations: { de: "verfahren" },
  description_localizations: { de: "Wie" },
  choices: [CHOICE],
};
const PAINT = {
  name: "paint",
  description: "Repaint a picture",
  name_localizations: { de: "malen", fr: "peindre", "es-ES": "pintar" },
  description_localizations: { de: "Ein Bild neu malen" },
  options: [OPTION],
};

let stage: Stage;
let path: string;
beforeAll(async () => {
  stage = await startStage();
  path = `/applications/${stage.discord.applicationId}/commands`;
});
afterAll(() => endStage(stage));

const put = async (...commands: readonly object[]) => (await rest(stage.discord, "PUT", path, commands)).json;
/** What an invalid body is told, by the path that it stands at. */
const faultsOf = async (...commands: readonly object[]): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  const walk = (node: unknown, at: readonly string[]): void => {
    for (const [key, value] of Object.entries(node ?? {}))
      if (key === "_errors") found[at.join(".")] = value[0].code;
      else walk(value, [...at, key]);
  };
  walk((await put(...commands))["errors"], []);
  return found;
};

describe("languages of people and servers", () => {
  const used = async (channelId: string): Promise<ChatInputCommandInteraction> => {
    const received = nextInteraction(stage);
    await stage.discord.member("ada").slash(channelId, "paint");
    const interaction = (await received) as ChatInputCommandInteraction;
    await interaction.reply("done");
    return interaction;
  };
  const preferred = (): Promise<Guild> =>
    new Promise((resolve) => stage.client.once(Events.GuildUpdate, (_, guild) => resolve(guild)));

  it("come with whatever a person does; the server's with what is done in it", async () => {
    const { discord, client } = stage;
    await put(PAINT);
    const general = discord.channel("general").id;
    const ada = discord.member("ada");
    expect(await used(general)).toMatchObject({ locale: "en-US", guildLocale: "en-US" });
    expect(client.guilds.cache.get(discord.guild.id)!.preferredLocale).toBe("en-US");

    ada.locale = "de";
    const told = preferred();
    discord.setPreferredLocale("fr");
    expect((await told).preferredLocale).toBe("fr");
    expect(await used(general)).toMatchObject({ locale: "de", guildLocale: "fr" });
    expect(await used(ada.dmChannelId())).toMatchObject({ locale: "de", guildLocale: null });
    expect((await rest(discord, "GET", `/guilds/${discord.guild.id}`)).json["preferred_locale"]).toBe("fr");
  });
});

describe("commands in several languages", () => {
  const listed = async (query: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const authorization = `Bot ${stage.discord.botToken}`;
    const url = `${stage.discord.apiBase}/v10${path}${query}`;
    const response = await fetch(url, { headers: { authorization, ...headers } });
    return ((await response.json()) as readonly unknown[])[0];
  };

  it("come back with their dictionaries from where they are written, and where these are asked for", async () => {
    const [written] = (await put(PAINT)) as unknown as readonly Record<string, unknown>[];
    expect(written).toMatchObject(PAINT);
    expect(await listed("?with_localizations=true")).toEqual(written);
    expect((await rest(stage.discord, "GET", `${path}/${String(written!["id"])}`)).json).toEqual(written);
    const plain = JSON.stringify(await listed(""));
    expect(plain).toContain('"description":"Repaint a picture"');
    expect(plain).not.toMatch(/locali[sz]/);
  });

  it("come in the language of whoever asks, by Discord's own detours", async () => {
    const asked = (locale: string) => listed("", { "x-discord-locale": locale });
    expect(await asked("de")).toMatchObject({
      name: "paint",
      name_localized: "malen",
      description_localized: "Ein Bild neu malen",
      options: [{ name_localized: "verfahren", description_localized: "Wie", choices: [{ name_localized: "Tusche" }] }],
    });
    expect(await asked("es-419")).toMatchObject({ name_localized: "pintar" });
    expect(await listed("", { "accept-language": "fr;q=0.8" })).toMatchObject({ name_localized: "peindre" });
  });

  it("lose what is the same as the default", async () => {
    const [same] = (await put({ ...PAINT, name_localizations: { de: "paint" } })) as unknown as readonly unknown[];
    expect(same).toMatchObject({ name_localizations: null });
  });

  it("are held to the rules of names and descriptions in each", async () => {
    const { options: _, ...bare } = PAINT;
    expect(
      await faultsOf({
        ...bare,
        name_localizations: { de: "Malen", fr: "à peindre", tlh: "rach" },
        description_localizations: { de: "", fr: "x".repeat(101) },
      }),
    ).toEqual({
      "0.name_localizations.de": "APPLICATION_COMMAND_INVALID_NAME",
      "0.name_localizations.fr": "APPLICATION_COMMAND_INVALID_NAME",
      "0.name_localizations.tlh": "BASE_TYPE_CHOICES",
      "0.description_localizations.de": "BASE_TYPE_BAD_LENGTH",
      "0.description_localizations.fr": "BASE_TYPE_BAD_LENGTH",
    });
    const choice = { ...CHOICE, name_localizations: { de: "x".repeat(101) } };
    const option = { ...OPTION, name_localizations: "verfahren", choices: [choice] };
    expect(await faultsOf({ ...bare, options: [option] })).toEqual({
      "0.options.0.name_localizations": "DICT_TYPE_CONVERT",
      "0.options.0.choices.0.name_localizations.de": "BASE_TYPE_BAD_LENGTH",
    });
    const menu = { type: 3, name: "Use as style", name_localizations: { de: "Als Stil nehmen" } };
    expect(await faultsOf(menu)).toEqual({});
    expect(await faultsOf({ ...menu, description_localizations: { de: "Nimmt es" } })).toEqual({
      "0.description": "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_DISALLOWED",
    });
  });

  it("have no two options of one name, in no language", async () => {
    const other = (name: string, de: string) => ({ ...OPTION, name, name_localizations: { de } });
    const taken = { "0.options.1": "APPLICATION_COMMAND_OPTIONS_NAME_INVALID" };
    const faults = (option: object) => faultsOf({ ...PAINT, options: [OPTION, option] });
    expect(await faults(other("style", "stil"))).toEqual({});
    expect(await faults(other("style", "verfahren"))).toEqual(taken);
    expect(await faults(other("style", "variant"))).toEqual(taken);
    expect(await faults(other("verfahren", "stil"))).toEqual(taken);
  });

  it("are as long as in the language where each text is longest", async () => {
    const choices = Array.from({ length: 25 }, (_, n) => ({
      name: `choice ${n}`,
      value: String(n).padStart(2, "0"),
      name_localizations: { de: "n".repeat(98), fr: "n".repeat(97) },
    }));
    // 25 choices of 98 and 2 characters, and 10 of its own.
    const option = (name: string) => ({ type: 3, name, description: "Which", choices });
    const last = (length: number) => ({ type: 3, name: "last", description: "d".repeat(length) });
    const options = ["first", "other", "third"].map(option);
    const sized = (length: number) => ({
      name: "n",
      description: "All",
      options: [...options, { ...option("which"), choices: choices.slice(4, 8) }, last(length)],
    });
    // 3 times 2510, 410, 4 of the command and 4 of the last option leave 52.
    expect(await faultsOf(sized(52))).toEqual({});
    expect(await faultsOf(sized(53))).toEqual({ "0": "APPLICATION_COMMAND_TOO_LARGE" });
  });
});
