import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
} from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { commands } from "../../../commands/index.ts";
import { commandBodies } from "../../../src/discord/interactions/registration.ts";
import { variantName } from "../../../src/discord/wording/commands.ts";
import { VARIANT_CHOICES } from "../../../src/variant.ts";
import { speakIn } from "../../../src/words/say.ts";
import { landscape, waves } from "../pictures.ts";
import { hasOpenApi, referee } from "../referee.ts";
import { ONCE, openStudio, results, type Studio, stylized, tally, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ JOBS_PER_USER: "2" });
});

afterAll(() => studio.close());

const lastWhisper = async (
  act: (before: number) => Promise<unknown>,
  who: "ada" | "grace" = "ada",
): Promise<string> => {
  const { discord } = studio;
  const { id } = discord.member(who);
  const before = whispers(discord, id).length;
  await act(before);
  return discord.waitFor(() => whispers(discord, id)[before], { what: "a word to one person" });
};

const ATTACHMENT: number = ApplicationCommandOptionType.Attachment;

describe("registration", () => {
  it("happens once: a bot that starts again with the same commands writes nothing", async () => {
    const { discord } = studio;
    const writes = () =>
      discord.requests.filter(({ method, path }) => method !== "GET" && path.endsWith("/commands")).length;
    expect(writes()).toBe(1);
    await studio.restart();
    expect(writes()).toBe(1);
    const names = discord.commands.map((command) => String(command["name"])).sort();
    expect(names).toEqual([
      "Report this picture",
      "Stylize avatar",
      "Stylize this picture",
      "Use as style",
      "about",
      "block",
      "compare",
      "history",
      "paint",
      "privacy",
      "queue",
      "scores",
      "settings",
      "study",
      "style",
      "styles",
      "stylize",
      "unblock",
    ]);
  });
});

interface Option {
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly choices?: readonly { readonly name: string; readonly value: string }[];
  readonly options?: readonly Option[];
}

describe("what is registered", () => {
  const bodies = commandBodies(commands, true) as unknown as readonly (Option & Record<string, unknown>)[];
  const slash = bodies.filter(({ type }) => (type ?? 1) === 1);
  const within = (options: readonly Option[] = []): Option[] => options.flatMap((one) => [one, ...within(one.options)]);

  const EVERYWHERE = [
    "stylize",
    "paint",
    "Stylize this picture",
    "Use as style",
    "Stylize avatar",
    "history",
    "about",
    "privacy",
  ];

  it.each(bodies.map((body) => [body.name, body] as const))(
    "%s is where it belongs, and safe for every age",
    (name, body) => {
      const { Guild, BotDM, PrivateChannel } = InteractionContextType;
      const { GuildInstall, UserInstall } = ApplicationIntegrationType;
      const isEverywhere = EVERYWHERE.includes(name);
      expect(body["contexts"]).toEqual(isEverywhere ? [Guild, BotDM, PrivateChannel] : [Guild]);
      expect(body["integration_types"]).toEqual(isEverywhere ? [GuildInstall, UserInstall] : [GuildInstall]);
      expect(body["nsfw"] ?? false).toBe(false);
    },
  );

  it("is for servers alone where the application may not be installed by people", () => {
    const kinds = commandBodies(commands, false).map(({ contexts, integration_types: types }) => [contexts, types]);
    const alone = [[InteractionContextType.Guild], [ApplicationIntegrationType.GuildInstall]];
    expect(kinds.every((kind) => JSON.stringify(kind) === JSON.stringify(alone))).toBe(true);
  });

  it("hides what is for managers and moderators alone, and nothing else", () => {
    const hidden = bodies.filter(({ default_member_permissions: needed }) => (needed ?? null) !== null);
    expect(hidden.map(({ name, default_member_permissions: needed }) => [name, needed])).toEqual([
      ["settings", String(PermissionFlagsBits.ManageGuild)],
      ["block", String(PermissionFlagsBits.ModerateMembers)],
      ["unblock", String(PermissionFlagsBits.ModerateMembers)],
      ["study", String(PermissionFlagsBits.ManageGuild)],
    ]);
  });

  it("asks whether somebody may, wherever a file can be given", () => {
    const takesFile = (options: readonly Option[] = []): boolean =>
      within(options).some(({ type }) => type === ATTACHMENT);
    const open = commands.handlers.filter(({ data, needs }) => {
      const body = "toJSON" in data ? data.toJSON() : data;
      return !needs && takesFile((body as unknown as Option).options);
    });
    expect(open.map(({ data }) => data.name)).toEqual([]);
  });

  it.each(slash.map((body) => [body.name, body] as const))("/%s can be read and translated", (_, body) => {
    const said = [body, ...within(body.options)];
    expect(said.filter(({ name }) => !/^[a-z]+(_[a-z]+)*$/.test(name))).toEqual([]);
    // As Discord's own: a capital letter, at most 100 characters, no full stop.
    expect(said.filter(({ description }) => !/^[A-Z.].{3,98}[^.]$/.test(description))).toEqual([]);
    // Values stay when names are translated: nothing of the words people read may be in them.
    const values = said.flatMap(({ choices = [] }) => choices.map(({ value }) => value));
    expect(values.filter((value) => !/^[a-z0-9-]+$/.test(value))).toEqual([]);
  });

  it("asks for what it needs before what it can do without", () => {
    const late = [...slash, ...within(slash.flatMap((body) => body.options ?? []))].filter(({ options = [] }) => {
      const required = options.filter(({ type }) => type > 2).map((option) => option.required === true);
      return required.lastIndexOf(true) >= required.filter(Boolean).length;
    });
    expect(late).toEqual([]);
  });

  it.skipIf(!hasOpenApi)("is what Discord's OpenAPI file describes (shared/discord/openapi.json)", () => {
    const route = "/applications/:application/commands";
    const judge = (body: unknown) => referee!({ method: "PUT", route, path: route, body } as never);
    expect(judge(bodies)).toEqual([]);
    expect(judge([{ ...bodies[0], default_member_permissions: "much" }])).not.toEqual([]);
  });
});

describe("/about", () => {
  it("says what paints and describes", async () => {
    const words = await lastWhisper(() => studio.discord.member("ada").slash(studio.general, "about"));
    expect(words).toContain("**embedded** engine on cpu, and **palette describer** describes the styles");
  });
});

describe("/style describe", () => {
  it("puts a picture's style into words, for everybody", async () => {
    const { discord, general } = studio;
    const call = await discord
      .member("grace")
      .slash(general, "style describe", { image: await waves("Great Wave.jpg") });
    const said = await discord.waitFor(() => textOf(call.response).includes("Described by") && textOf(call.response));
    expect(said).toMatch(/The style of Great\\?_Wave, in words\n> .*navy/);
    expect(call.response!.attachments).toHaveLength(1);
  });

  it("knows the style again without looking", async () => {
    const { discord, general, running } = studio;
    const call = await discord.member("grace").slash(general, "style describe", { image: await waves("again.jpg") });
    await discord.waitFor(() => textOf(call.response).includes("Described by palette describer"));
    const keys = await running.bot.store.db.selectFrom("captions").selectAll().execute();
    expect(keys).toHaveLength(1);
  });
});

describe("/queue", () => {
  it("lists what is painted and what waits; limits are refused in friendly words", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    expect(await lastWhisper(() => ada.slash(general, "queue"))).toContain("The easel is free");
    const inputs = { content: await landscape("big.png", 400, 300), style: await waves("big.jpg", 400, 300) };
    const calls = [await ada.slash(general, "stylize", inputs), await ada.slash(general, "stylize", inputs)];
    await discord.waitFor(() => calls.every(({ response }) => textOf(response).includes("big")), {
      what: "both cards",
    });
    const listed = await lastWhisper(() => discord.member("grace").slash(general, "queue"), "grace");
    expect(listed).toMatch(/^### In the queue\n1\. (🖌️|👀|⏳) big in the style of big, for <@\d+>/u);
    const refused = await lastWhisper(() => ada.slash(general, "stylize", inputs));
    expect(refused).toMatch(
      /You already have 2 pictures in the queue, as many as one person may\. There will be room .+ try again then\./,
    );
    for (const call of calls) await stylized(studio, call);
  });
});

describe("a bot that still takes up what was left", () => {
  it("acknowledges a new command at once, and begins it once", async () => {
    const { discord, general } = studio;
    await studio.stopBot();
    let letGo = (): void => undefined;
    const until = new Promise<void>((resolve) => (letGo = resolve));
    discord.faults.add({ route: "GET /applications/:id/commands", times: 1, until });
    const identified = discord.gateway.counts.identify;
    const starting = studio.restart();
    discord.faults.add({ route: "POST /channels/:id/messages/:id/threads", times: 1, until: starting });
    await discord.waitFor(() => discord.gateway.counts.identify > identified && discord.gateway.online);
    const inputs = { content: await landscape(), style: await waves() };
    const call = await discord.member("ada").slash(general, "stylize", inputs);
    await call.acknowledged;
    const openings = () =>
      discord.requests.filter(({ path }) => path.endsWith(`/messages/${call.response?.id}/threads`));
    // Time to begin, if it did not wait.
    await discord.waitFor(() => openings().length > 0, { timeoutMs: 1000 }).catch(() => undefined);
    letGo();
    await starting;
    const { channel_id: thread } = await stylized(studio, call);
    expect(tally(discord, thread)).toEqual(ONCE);
    expect(openings()).toHaveLength(1);
  });
});

describe("Stylize this picture", () => {
  it("asks for the style in a modal and paints", async () => {
    const { discord, general } = studio;
    const message = await discord.member("linus").say(general, "look at this", [await landscape("my house.png")]);
    const ada = discord.member("ada");
    const modal = await (await ada.messageCommand(message, "Stylize this picture")).modal;
    expect(modal.title).toBe("Stylize this picture");
    const call = await ada.submit(modal, { style: await waves(), variant: ["inst"] });
    const result = await stylized(studio, call);
    expect(textOf(result)).toContain("**InST**");
    expect(textOf(result)).toMatch(/my\\?_house/);
    expect(result.mentions.map(({ id }) => id)).toEqual([ada.id]);
  });

  it("asks in the language of whoever is asked", async () => {
    const { discord, general } = studio;
    const message = await discord.member("linus").say(general, "look at that", [await landscape()]);
    const ada = discord.member("ada");
    ada.locale = "de";
    const modal = await (await ada.messageCommand(message, "Stylize this picture")).modal;
    ada.locale = "en-US";
    expect(modal.title).toBe("Dieses Bild neu malen");
    const labels = speakIn("de", () => VARIANT_CHOICES.map(variantName));
    expect(JSON.stringify(modal.json)).toContain(JSON.stringify(labels[0]));
  });

  it("works on the bot's own results", async () => {
    const { discord, general } = studio;
    const thread = discord.threads(general).at(-1)!;
    const result = results(discord, thread.id)[0]!;
    const grace = discord.member("grace");
    const modal = await (await grace.messageCommand(result, "Stylize this picture")).modal;
    await grace.submit(modal, { style: await waves(), prompt: "more gold" });
    const next = await discord.waitFor(() => results(discord, thread.id)[1], { what: "the result" });
    expect(next.mentions.map(({ id }) => id)).toEqual([grace.id]);
    expect(next.attachments[0]!.description).toContain("more gold");
  });

  it("tells when there is no picture, when it is none, and when the window is too old", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    const ada = discord.member("ada");
    const words = await linus.say(general, "no picture here");
    expect(await lastWhisper(() => ada.messageCommand(words, "Stylize this picture"))).toContain(
      "There is no picture in that message",
    );
    const fake = await linus.say(general, "a fake", [
      { name: "fake.png", bytes: Buffer.from("nothing"), contentType: "image/png" },
    ]);
    const modal = await (await ada.messageCommand(fake, "Stylize this picture")).modal;
    expect(await lastWhisper(async () => ada.submit(modal, { style: await waves() }))).toContain(
      "The content picture is not a picture",
    );
    const sound = await linus.say(general, "a real one", [await landscape()]);
    const open = await (await ada.messageCommand(sound, "Stylize this picture")).modal;
    // The picture is held for her: who sends the key of her modal does not get it.
    const grace = discord.member("grace");
    const stolen = lastWhisper(async () => grace.submit(open, { style: await waves() }), "grace");
    expect(await stolen).toContain("I was restarted, or that window was open for too long");
    await studio.restart();
    expect(await lastWhisper(async () => ada.submit(open, { style: await waves() }))).toContain("I was restarted");
  });
});
