import type { APIMessage } from "discord.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { type ServerSettings, serverSettings } from "../../../src/server-settings.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

type Name = "ada" | "grace" | "linus" | "mo";

let studio: Studio;
/** Grace's, in her thread. */
let result: APIMessage;
const WITHOUT_LOG = serverSettings.parse({});

beforeAll(async () => {
  studio = await openStudio({ MAX_UPLOAD_MB: "8" });
  const { discord, general } = studio;
  const inputs = { content: await landscape(), style: await waves(), variant: "inst" };
  result = await stylized(studio, await discord.member("grace").slash(general, "stylize", inputs));
});

afterAll(() => studio.close());

afterEach(async () => {
  await set(WITHOUT_LOG);
});

const set = (changes: Partial<ServerSettings>): Promise<unknown> =>
  studio.running.bot.store.serverSettings.change(studio.discord.guild.id, changes);

/** What somebody is told alone when they do something, with the files that were fetched meanwhile. */
async function told(who: Name, act: () => Promise<unknown>): Promise<{ words: string; downloads: number }> {
  const { discord } = studio;
  const { id } = discord.member(who);
  const [before, fetched] = [whispers(discord, id).length, discord.cdn.downloads];
  await act();
  const words = await discord.waitFor(() => whispers(discord, id)[before], { what: `a word to ${who}` });
  return { words, downloads: discord.cdn.downloads - fetched };
}

/** A message that is not just thinking. */
const shownIn = (message: APIMessage | undefined): APIMessage | false => textOf(message) !== "" && message!;

/** Every way to have pictures fetched or painted, each refused in the same words. */
async function everyWay(who: Name, refused: RegExp, channelId = studio.general): Promise<void> {
  const { discord } = studio;
  const person = discord.member(who);
  const [content, style] = [await landscape(), await waves()];
  const message = await discord.member("ada").say(channelId, "look", [content]);
  const before = discord.ephemerals(person.id).length;
  await person.press(result, "More…");
  const more = await discord.waitFor(() => shownIn(discord.ephemerals(person.id)[before]), {
    what: "what else there is",
  });
  const ways: Record<string, () => Promise<unknown>> = {
    stylize: () => person.slash(channelId, "stylize", { content, style }),
    compare: () => person.slash(channelId, "compare", { content, style }),
    describe: () => person.slash(channelId, "style describe", { image: style }),
    save: () => person.slash(channelId, "style save", { image: style, name: "Waves" }),
    learn: () => person.slash(channelId, "style learn", { image: style, name: "Waves" }),
    menu: () => person.messageCommand(message, "Stylize this picture"),
    again: () => person.press(result, "Again"),
    "another way": () => person.press(more, "Description only"),
    "edit prompt": () => person.press(more, "Edit prompt"),
    "compare again": () => person.press(more, "Compare"),
    "save again": () => person.press(more, "Save this style"),
  };
  const outcomes: Record<string, unknown> = {};
  for (const [name, way] of Object.entries(ways)) outcomes[name] = await told(who, way);
  const same = { words: expect.stringMatching(refused) as string, downloads: 0 };
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(ways).map((name) => [name, same])));
}

describe("a blocked member", () => {
  it("has nothing fetched or painted, can still delete, and comes back at once", async () => {
    const { discord, general } = studio;
    const [mo, grace] = [discord.member("mo"), discord.member("grace")];
    const said = await told("mo", () => mo.slash(general, "block", { member: grace.id, reason: "floods" }));
    expect(said.words).toContain(`<@${grace.id}> cannot use me`);
    await everyWay("grace", /blocked you\. Whoever manages the server or moderates its members .*`\/unblock`/);
    expect((await told("mo", () => mo.slash(general, "block"))).words).toMatch(
      new RegExp(`<@${grace.id}>, by <@${mo.id}> .*: floods`),
    );
    expect((await told("ada", () => discord.member("ada").slash(general, "settings"))).words).toContain(
      "**Blocked**: 1 member.",
    );
    expect((await told("mo", () => mo.slash(general, "unblock", { member: grace.id }))).words).toContain("again");
    const { words } = await told("grace", () => grace.slash(general, "queue"));
    expect(words).toContain("The easel is free");
  });

  it("is never one who manages the server, or a bot, or oneself; nor blocked by just anybody", async () => {
    const { discord, general } = studio;
    const [ada, linus, mo] = [discord.member("ada"), discord.member("linus"), discord.member("mo")];
    const block = (who: Name, userId: string) =>
      told(who, () => discord.member(who).slash(general, "block", { member: userId })).then(({ words }) => words);
    expect(await block("mo", ada.id)).toContain("cannot be blocked");
    expect(await block("mo", discord.botUserId)).toContain("cannot be blocked");
    expect(await block("mo", mo.id)).toContain("yourself");
    expect(await block("linus", mo.id)).toMatch(/\*\*Manage Server\*\* or \*\*Moderate Members\*\*/);
    const { words } = await told("linus", () => linus.slash(general, "unblock", { member: mo.id }));
    expect(words).toMatch(/\*\*Manage Server\*\* or \*\*Moderate Members\*\*/);
  });
});

describe("channels", () => {
  it("that are left out are refused before anything is fetched, their threads too", async () => {
    const { discord, general } = studio;
    const gallery = discord.channel("gallery").id;
    await set({ channelRule: "only", channels: [gallery] });
    await everyWay(
      "linus",
      new RegExp(`I do not paint in this channel. Try <#${gallery}>.*manages the server.*/settings`),
    );
    await set({ channelRule: "all-but", channels: [general] });
    const { words, downloads } = await told("ada", async () =>
      discord.member("ada").slash(result.channel_id, "stylize", { content: await landscape(), style: await waves() }),
    );
    expect([words, downloads]).toEqual([expect.stringContaining("I do not paint in this channel"), 0]);
  });
});

describe("roles", () => {
  it("say who paints; whoever manages the server may anyway", async () => {
    const { discord, general } = studio;
    const painter = discord.addRole("Painter");
    await set({ paintRoles: [painter.id] });
    await everyWay("linus", new RegExp(`Only members with <@&${painter.id}> may have me paint.*manages the server`));
    discord.setRoles("linus", [painter]);
    for (const who of ["linus", "ada"] as const) {
      const call = await discord.member(who).slash(general, "style describe", { image: await waves() });
      const words = await discord.waitFor(() => textOf(call.response), { what: `words for ${who}` });
      expect(words).not.toContain("Only members");
    }
    discord.setRoles("linus", []);
  });

  it("say who exports ballots and styles", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    const scores = () => told("linus", () => linus.slash(general, "scores export")).then(({ words }) => words);
    expect(await scores()).toMatch(/\*\*Manage Server\*\*.*`\/settings`/);
    const curator = discord.addRole("Curator");
    await set({ exportRoles: [curator.id] });
    const refused = new RegExp(`Only members with <@&${curator.id}> may take styles away`);
    expect(await scores()).toMatch(refused);
    const style = await told("linus", () => linus.slash(general, "style export", { name: "any" }));
    expect(style.words).toMatch(refused);
    discord.setRoles("linus", [curator]);
    expect(await scores()).toContain("no such ballots");
    discord.setRoles("linus", []);
  });
});

describe("numbers of pictures", () => {
  const inputs = async () => ({ content: await landscape(), style: await waves(), variant: "inst" });

  it("count a day's pictures; of roles the highest counts, and says so before anything is fetched", async () => {
    const { discord, general } = studio;
    const [grace, guest, patron] = [discord.member("grace"), discord.addRole("Guest"), discord.addRole("Patron")];
    // Grace has had one.
    await set({ dailyPictures: 1 });
    await told("grace", async () => grace.slash(general, "stylize", await inputs())).then(({ words, downloads }) => {
      expect(words).toMatch(/as many pictures as you may in 24 hours in this server: 1\. There will be room <t:\d+:R>/);
      expect(words).toMatch(/Somebody who manages the server can allow more with `\/settings`\.$/);
      expect(downloads).toBe(0);
    });
    const { content, style } = await inputs();
    const { words } = await told("grace", () => grace.slash(general, "compare", { content, style }));
    expect(words).toMatch(/That makes 3 pictures, and you may have 1 picture in 24 hours/);
    await set({ dailyByRole: { [guest.id]: 0, [patron.id]: 2 } });
    discord.setRoles("grace", [guest]);
    expect((await told("grace", () => grace.press(result, "Again"))).words).toContain("cannot have pictures painted");
    discord.setRoles("grace", [guest, patron]);
    // Two at once, and room for one: which of them is painted is all the same.
    const before = whispers(discord, grace.id).length;
    await Promise.all([inputs(), inputs()].map(async (given) => grace.slash(general, "stylize", await given)));
    expect(await discord.waitFor(() => whispers(discord, grace.id)[before])).toContain("in 24 hours in this server: 2");
    expect(await studio.running.bot.store.jobs.tally(grace.id, discord.guild.id, 0)).toMatchObject({
      askedAt: { length: 2 },
    });
    discord.setRoles("grace", []);
  });

  it("count what waits", async () => {
    const { discord, general } = studio;
    await set({ waitingPictures: 2 });
    const { words, downloads } = await told("mo", async () => {
      const { content, style } = await inputs();
      return discord.member("mo").slash(general, "compare", { content, style });
    });
    expect(words).toMatch(
      /That makes 3 pictures at once, and one person may have 2 pictures in the queue in this server/,
    );
    expect(downloads).toBe(0);
  });
});

describe("the log channel", () => {
  it("is told of blocks, and of each refusal once an hour", async () => {
    const { discord, general } = studio;
    const [mo, linus] = [discord.member("mo"), discord.member("linus")];
    const gallery = discord.channel("gallery").id;
    const logged = (): string[] => discord.messages(gallery).map(textOf);
    await set({ logChannelId: gallery, channelRule: "only", channels: [gallery] });
    for (let n = 0; n < 2; n++)
      await told("linus", async () => linus.slash(general, "style describe", { image: await waves() }));
    await told("mo", () => mo.slash(general, "block", { member: linus.id }));
    await told("mo", () => mo.slash(general, "unblock", { member: linus.id }));
    await discord.waitFor(() => logged().length >= 3, { what: "three words in the log" });
    // Each is a delivery of its own: their order is nobody's concern.
    for (const words of ["was refused `style` in", "has blocked <@", "has unblocked <@"])
      expect(logged().filter((line) => line.includes(words) && line.includes(linus.id))).toHaveLength(1);
    expect(logged()).toHaveLength(3);
  });
});
