import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, expect, it } from "vitest";

import { waves } from "../pictures.ts";
import { openStudio, type Studio, textOf, whispers } from "../studio.ts";

let studio: Studio;
let panel: APIMessage;

beforeAll(async () => {
  studio = await openStudio();
  const { discord, general } = studio;
  const call = await discord.member("ada").slash(general, "settings");
  panel = await discord.waitFor(() => textOf(call.response).includes("Settings of this server") && call.response, {
    what: "the panel",
  });
});

afterAll(() => studio.close());

/** The panel as it is, menus and all. */
const drawn = (): string =>
  JSON.stringify(studio.discord.ephemerals(studio.discord.member("ada").id).find(({ id }) => id === panel.id));

const shown = (): string =>
  textOf(studio.discord.ephemerals(studio.discord.member("ada").id).find(({ id }) => id === panel.id));

const stored = () => studio.running.bot.store.serverSettings.get(studio.discord.guild.id);

/** Chooses in a menu, and waits for what the panel says then. */
async function choose(menu: string, values: readonly string[], says: string): Promise<void> {
  const { discord } = studio;
  await discord.member("ada").press(panel, `settings:${menu}`, values);
  await discord.waitFor(() => shown().includes(says), { what: `the panel to say “${says}”` });
}

it("says how everything stands, section by section", async () => {
  expect(shown()).toContain("**Where**: in all channels.");
  expect(shown()).toContain("**Blocked**: nobody.");
  await choose("section", ["limits"], "as many pictures as they like");
  await choose("section", ["content"], "**Safety filter**: blur.");
  await choose("section", ["retention"], "are erased when whoever runs me has set");
  await choose("section", ["votes"], "every member's medals count");
  await choose("section", ["log"], "no channel is told");
});

it("takes channels, roles and numbers, and gives them back", async () => {
  const { discord } = studio;
  const gallery = discord.channel("gallery").id;
  const [painter, patron] = [discord.addRole("Painter"), discord.addRole("Patron")];
  await choose("section", ["access"], "**Where**: in all channels.");
  await choose("access:channels", [gallery], `in all channels but <#${gallery}>`);
  await choose("access:rule", ["only"], `only in <#${gallery}>`);
  await choose("access:paint", [painter.id], `**Who may paint**: members with <@&${painter.id}>`);
  await choose("access:learn", [painter.id, patron.id], `<@&${painter.id}> or <@&${patron.id}>`);
  await choose("access:export", [patron.id], `**Who may export**: members with <@&${patron.id}>`);
  await choose("section", ["limits"], "as many pictures as they like");
  await choose("limits:daily", ["5"], "a member may have 5 pictures");
  await discord.member("ada").press(panel, "settings:limits:role", [patron.id]);
  await discord.waitFor(() => drawn().includes(`limits:role-daily:${patron.id}`), { what: "the role's own menu" });
  await choose(`limits:role-daily:${patron.id}`, ["unlimited"], `<@&${patron.id}>: as many as they like`);
  await choose(`limits:at-once:${patron.id}`, ["2"], "may have 2 pictures in the queue. Whoever runs me allows 20");
  await choose("section", ["content"], "plain to see");
  await choose("content:filter", ["refuse"], "**Safety filter**: refuse.");
  await choose("content:age-restricted", ["blur"], "**In age-restricted channels**: blur.");
  await choose("content:spoilers", ["yes"], "hidden until somebody clicks them");
  await choose("section", ["retention"], "are erased when");
  await choose("retention:days", ["14"], "after 14 days");
  await choose("section", ["log"], "no channel");
  await choose("log:channel", [gallery], `<#${gallery}> is told`);
  expect(await stored()).toEqual({
    channelRule: "only",
    channels: [gallery],
    paintRoles: [painter.id],
    learnRoles: [painter.id, patron.id],
    exportRoles: [patron.id],
    dailyPictures: 5,
    dailyByRole: { [patron.id]: null },
    waitingPictures: 2,
    filter: "refuse",
    ageRestrictedFilter: "blur",
    spoilers: true,
    retentionDays: 14,
    logChannelId: gallery,
    language: null,
  });
  await choose("log:channel", [], "no channel is told");
  await choose("section", ["access"], `only in <#${gallery}>`);
  await choose("access:paint", [], "**Who may paint**: everybody.");
  await choose("access:channels", [], "**Where**: nowhere: choose the channels");
});

it("counts at the next command, and outlives a restart", async () => {
  const { discord, general } = studio;
  const linus = discord.member("linus");
  await studio.restart();
  await linus.slash(general, "style describe", { image: await waves() });
  await discord.waitFor(() => whispers(discord, linus.id).at(-1)?.includes("do not paint in any channel"), {
    what: "a refusal",
  });
  await choose("access:rule", ["all-but"], "**Where**: in all channels.");
  const call = await linus.slash(general, "style describe", { image: await waves() });
  const words = await discord.waitFor(() => textOf(call.response), { what: "the description" });
  expect(words).not.toContain("do not paint");
});

it("takes votes as the options of the command do", async () => {
  await choose("section", ["votes"], "every member's medals count");
  const { discord } = studio;
  await choose("votes:auto", ["inst"], "**Auto** always takes *Style image only*");
  await choose("votes:auto", ["free"], "**Auto** learns");
  await choose("votes:learning", ["no"], "does not learn from ballots");
  await choose("votes:account-days", ["30"], "for at least 30 days");
  await choose("votes:voters", [discord.guild.id], "for at least 30 days");
  expect(await studio.running.bot.store.voteSettings.get(discord.guild.id)).toEqual({
    learning: false,
    pinned: null,
    minAccountDays: 30,
    requiredRoleId: null,
  });
});

it("refuses a log channel that it cannot write in, and whoever may not manage the server any more", async () => {
  const { discord } = studio;
  const { general } = studio;
  const ada = discord.member("ada");
  await choose("section", ["log"], "no channel is told");
  discord.setPermissions(general, { deny: ["SEND_MESSAGES"] });
  const before = whispers(discord, ada.id).length;
  await ada.press(panel, "settings:log:channel", [general]);
  const words = await discord.waitFor(() => whispers(discord, ada.id)[before], { what: "a refusal" });
  expect(words).toContain(`I cannot write in <#${general}>`);
  discord.setPermissions(general, {});
  expect((await stored()).logChannelId).toBeNull();
});
