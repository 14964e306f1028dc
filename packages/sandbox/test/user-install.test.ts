import {
  ApplicationCommandType,
  ApplicationIntegrationType,
  type ChatInputCommandInteraction,
  ContextMenuCommandBuilder,
  type Interaction,
  InteractionContextType,
  PermissionFlagsBits,
  SlashCommandBuilder,
} from "discord.js";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";

import { codeOf, endStage, nextInteraction, picture, rest, type Stage, startStage } from "./harness.ts";

const { Guild, BotDM, PrivateChannel } = InteractionContextType;
const { GuildInstall, UserInstall } = ApplicationIntegrationType;

const EVERYWHERE = { contexts: [Guild, BotDM, PrivateChannel], integration_types: [GuildInstall, UserInstall] };
const HERE = { contexts: [Guild], integration_types: [GuildInstall] };
const COMMANDS = [
  { ...new SlashCommandBuilder().setName("paint").setDescription("Paints").toJSON(), ...EVERYWHERE },
  { ...new SlashCommandBuilder().setName("settings").setDescription("Sets").toJSON(), ...HERE },
  {
    ...new ContextMenuCommandBuilder().setName("Stylize avatar").setType(ApplicationCommandType.User).toJSON(),
    ...EVERYWHERE,
  },
];

let stage: Stage;
let elsewhere: string;

beforeAll(async () => {
  stage = await startStage();
  const { client, discord } = stage;
  await client.rest.put(`/applications/${client.application.id}/commands`, { body: COMMANDS });
  elsewhere = discord.channel("general", discord.addGuildWithoutBot("Elsewhere").id).id;
  discord.member("ada").hasApp = true;
});

afterAll(() => endStage(stage));

const used = async (channelId: string, name = "paint"): Promise<ChatInputCommandInteraction> => {
  const next = nextInteraction(stage);
  await stage.discord.member("ada").slash(channelId, name);
  return (await next) as ChatInputCommandInteraction;
};

/** What an interaction says of where it comes from. */
const origin = ({ context, guildId, authorizingIntegrationOwners, appPermissions, ...rest }: Interaction) => ({
  context,
  guildId,
  owners: JSON.parse(JSON.stringify(authorizingIntegrationOwners)) as unknown,
  app: appPermissions.toArray().toSorted(),
  isMember: rest.member !== null,
});

const ANSWERS = ["AttachFiles", "EmbedLinks", "MentionEveryone"];

it("says where an interaction comes from, and by whose installation", async () => {
  const { discord } = stage;
  const [ada, grace, linus] = [discord.member("ada"), discord.member("grace"), discord.member("linus")];
  const here = await used(discord.channel("general").id);
  expect(here).toMatchObject({ context: Guild, guildId: discord.guild.id });
  expect(here.authorizingIntegrationOwners).toMatchObject({ [GuildInstall]: discord.guild.id, [UserInstall]: ada.id });
  await here.reply("here");

  const there = await used(elsewhere);
  expect(origin(there)).toMatchObject({ context: Guild, isMember: true });
  expect(there.authorizingIntegrationOwners[GuildInstall]).toBeUndefined();
  expect(there.authorizingIntegrationOwners[UserInstall]).toBe(ada.id);
  expect(there.guild).toBeNull();
  expect(there.appPermissions.has(PermissionFlagsBits.ViewChannel)).toBe(false);
  expect(there.appPermissions.has(PermissionFlagsBits.AttachFiles)).toBe(true);
  await there.reply("there");

  const dm = await used(ada.dmChannelId());
  expect(origin(dm)).toMatchObject({ context: BotDM, guildId: null, app: [...ANSWERS, "UseExternalEmojis"] });
  expect(dm.authorizingIntegrationOwners[GuildInstall]).toBe("0");
  await dm.reply("alone");

  for (const people of [[ada, grace] as const, [ada, grace, linus] as const]) {
    const group = await used(discord.openPrivate(...people));
    expect(origin(group)).toMatchObject({ context: PrivateChannel, guildId: null, app: ANSWERS, isMember: false });
    expect(group.authorizingIntegrationOwners[GuildInstall]).toBeUndefined();
    await group.reply("among us");
  }
});

it("offers commands where they are supported, to those who have installed them", async () => {
  const { discord } = stage;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  await expect(grace.slash(elsewhere, "paint")).rejects.toThrow("There is no command /paint");
  await expect(ada.slash(elsewhere, "settings")).rejects.toThrow("There is no command /settings");
  await expect(ada.slash(ada.dmChannelId(), "settings")).rejects.toThrow("There is no command /settings");
  await expect(grace.slash(discord.openPrivate(ada, grace), "paint")).rejects.toThrow("There is no command");
});

it("keeps the bot's own token out of where it is no member", async () => {
  const { discord, client } = stage;
  const there = await used(elsewhere);
  const response = await there.reply({ content: "mine", withResponse: true });
  const { id } = response.resource!.message!;
  const message = `/channels/${elsewhere}/messages/${id}`;
  for (const [method, path] of [
    ["GET", `/channels/${elsewhere}`],
    ["GET", message],
    ["PATCH", message],
    ["DELETE", message],
    ["POST", `${message}/threads`],
    ["PUT", `${message}/reactions/%F0%9F%A5%87/@me`],
    ["GET", `/guilds/${there.guildId}`],
  ] as const)
    expect(await rest(discord, method, path, method === "GET" ? undefined : { content: "x", name: "x" })).toMatchObject(
      {
        status: 403,
        json: { code: 50001 },
      },
    );
  expect(client.guilds.cache.has(there.guildId!)).toBe(false);
  await there.editReply("edited");
  expect(discord.messages(elsewhere).at(-1)!.content).toBe("edited");
});

it("takes five follow-ups there and no sixth", async () => {
  const there = await used(elsewhere);
  await there.reply("0");
  for (const text of ["1", "2", "3", "4", "5"]) await there.followUp(text);
  expect(await codeOf(there.followUp("6"))).toBe(40094);
  await there.editReply("still editable");
});

it("keeps answers to the person alone where a server lets external applications answer nobody else", async () => {
  const { discord } = stage;
  const ada = discord.member("ada");
  const quiet = discord.addGuildWithoutBot("Quiet");
  const channel = discord.channel("general", quiet.id).id;
  // The owner of a server may do anything.
  discord.member("grace").hasApp = true;
  discord.setPermissions(channel, { deny: ["USE_EXTERNAL_APPS"] }, discord.member("grace").id);
  const next = nextInteraction(stage);
  await discord.member("grace").slash(channel, "paint");
  const there = (await next) as ChatInputCommandInteraction;
  await there.reply("for you");
  expect(discord.messages(channel)).toEqual([]);
  expect(discord.ephemerals(discord.member("grace").id).map(({ content }) => content)).toEqual(["for you"]);
  expect(discord.ephemerals(ada.id)).toEqual([]);
});

it("has commands in the menu of a person, whose avatar is on the CDN", async () => {
  const { discord } = stage;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  grace.avatar = (await picture("me.png", "#a03060", 64)).bytes;
  const next = nextInteraction(stage);
  await ada.userCommand(elsewhere, grace, "Stylize avatar");
  const interaction = await next;
  if (!interaction.isUserContextMenuCommand()) throw new Error("no user command");
  expect(interaction.targetUser.id).toBe(grace.id);
  const avatar = await fetch(interaction.targetUser.displayAvatarURL({ extension: "png", size: 64 }));
  expect(await sharp(await avatar.arrayBuffer()).metadata()).toMatchObject({ format: "png", width: 64 });
  const plain = await fetch(interaction.user.displayAvatarURL({ extension: "png" }));
  expect(plain.status).toBe(200);
  await interaction.reply("seen");
});

it("carries stickers and custom emojis, whose pictures are on the CDN", async () => {
  const { discord, client } = stage;
  const ada = discord.member("ada");
  const { bytes } = await picture("fox.png", "#d07030", 48);
  const emoji = discord.addEmoji("fox", bytes);
  const [id] = /\d+/.exec(emoji)!;
  const url = client.rest.cdn.emoji(id, { extension: "webp" });
  expect(await sharp(await (await fetch(url)).arrayBuffer()).metadata()).toMatchObject({ format: "webp", width: 48 });
  const message = await ada.say(elsewhere, "", [], [discord.addSticker("wave", "png", bytes)]);
  expect(message.sticker_items).toMatchObject([{ name: "wave", format_type: 1 }]);
  const sticker = client.rest.cdn.sticker(message.sticker_items![0]!.id);
  expect((await fetch(sticker)).status).toBe(200);
});

it("refuses commands for an installation that the application does not have", async () => {
  const other = await startStage({ userInstall: false });
  const { client, discord } = other;
  const put = (body: unknown[]) => client.rest.put(`/applications/${client.application.id}/commands`, { body });
  expect(await codeOf(put(COMMANDS))).toBe(50035);
  await put([{ ...COMMANDS[0], ...HERE }]);
  expect((await client.application.fetch()).integrationTypesConfig).not.toHaveProperty(String(UserInstall));
  expect(discord.violations).toHaveLength(1);
  await endStage(other);
});

it("broke no rule", () => {
  expect(stage.discord.violations).toEqual([]);
});
