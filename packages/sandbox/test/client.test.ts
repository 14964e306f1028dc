import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ButtonBuilder,
  ButtonStyle,
  Events,
  type Interaction,
  MessageFlags,
  SlashCommandBuilder,
} from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { codeOf, endStage, picture, type Stage, startStage } from "./harness.ts";

const stylize = new SlashCommandBuilder()
  .setName("stylize")
  .setDescription("Repaints a picture")
  .addAttachmentOption((option) =>
    option.setName("content").setDescription("the picture").setRequired(true).setFileTypes("image"),
  )
  .addAttachmentOption((option) => option.setName("style").setDescription("the style").setRequired(true))
  .addNumberOption((option) => option.setName("strength").setDescription("how much").setMinValue(0).setMaxValue(1));

const row = (label: string, id: string) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setLabel(label).setCustomId(id).setStyle(ButtonStyle.Primary),
  );

describe("the unmodified client", () => {
  let stage: Stage;
  /** Answers the next interaction. */
  const once = (answer: (interaction: Interaction) => Promise<unknown>) =>
    stage.client.once(Events.InteractionCreate, (interaction) => void answer(interaction));

  beforeAll(async () => {
    stage = await startStage();
    await stage.client.application.commands.set([stylize]);
    await stage.discord.botReady();
  });
  afterAll(async () => {
    await endStage(stage);
  });

  it("logs in and sees the guild, its channels and roles", () => {
    const guild = stage.client.guilds.cache.get(stage.discord.guild.id)!;
    expect(guild.name).toBe("Atelier");
    expect(guild.channels.cache.map(({ name }) => name)).toEqual(["general", "gallery"]);
    expect(guild.roles.cache.size).toBe(3);
    expect(guild.members.me!.permissions.has("SendMessagesInThreads")).toBe(true);
  });

  it("gets its commands back as it registered them", async () => {
    const [command] = [...(await stage.client.application.commands.fetch()).values()];
    expect(command!.name).toBe("stylize");
    expect(command!.options.map(({ type }) => type)).toEqual([
      ApplicationCommandOptionType.Attachment,
      ApplicationCommandOptionType.Attachment,
      ApplicationCommandOptionType.Number,
    ]);
    const [again] = [...(await stage.client.application.commands.set([stylize])).values()];
    expect(again!.id).toBe(command!.id);
  });

  it("takes a slash command with attachments, defers, edits, and outlives its token", async () => {
    const { discord } = stage;
    const general = discord.channel("general");
    let bytes = 0;
    let edited = false;
    once(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply();
      const attachment = interaction.options.getAttachment("content", true);
      expect([attachment.width, attachment.height]).toEqual([32, 32]);
      bytes = (await (await fetch(attachment.url)).arrayBuffer()).byteLength;
      const message = await interaction.editReply({ content: `strength ${interaction.options.getNumber("strength")}` });
      discord.expireInteractionTokens();
      expect(await codeOf(interaction.editReply("too late"))).toBe(50_027);
      await message.edit({ content: "by bot token", components: [row("Press me", "go")] });
      edited = true;
    });
    const content = await picture("portrait.png");
    const call = await discord.member("ada").slash(general.id, "stylize", { content, style: content, strength: 0.5 });
    expect(await call.acknowledged).toMatchObject({ type: 5 });
    await discord.waitFor(() => edited, { what: "the edit by bot token" });
    expect(bytes).toBe(content.bytes.byteLength);
    expect(call.response!.content).toBe("by bot token");
    expect(call.response!.interaction_metadata).toMatchObject({ type: 2, name: "stylize" });
    expect(discord.transcript()).toContain("(Press me)");
  });

  it("answers a button by updating the message", async () => {
    const { discord, client } = stage;
    const general = discord.channel("general");
    const channel = await client.channels.fetch(general.id);
    if (!channel?.isSendable()) throw new Error("not sendable");
    const sent = await channel.send({ content: "one", components: [row("Again", "again")] });
    once(async (interaction) => {
      if (interaction.isButton())
        await interaction.update({ content: `by ${interaction.user.username}`, components: [] });
    });
    const message = discord.messages(general.id).at(-1)!;
    expect(message.id).toBe(sent.id);
    const press = await discord.member("grace").press(message, "Again");
    expect(await press.acknowledged).toMatchObject({ type: 7 });
    expect(press.response!.content).toBe("by grace");
    await expect(discord.member("grace").press(message, "Again")).rejects.toThrow("has no button");
  });

  it("answers ephemerally, for one person only", async () => {
    const { discord } = stage;
    const general = discord.channel("general");
    once(async (interaction) => {
      if (!interaction.isRepliable()) return;
      await interaction.reply({ content: "for you", flags: MessageFlags.Ephemeral });
      await interaction.followUp({ content: "and more", flags: MessageFlags.Ephemeral });
    });
    const style = await picture("style.png");
    const linus = discord.member("linus");
    await (
      await linus.slash(general.id, "stylize", { content: style, style })
    ).acknowledged;
    await discord.waitFor(() => discord.ephemerals(linus.id).length === 2, { what: "two ephemeral messages" });
    expect(discord.ephemerals(discord.member("ada").id)).toEqual([]);
    expect(discord.messages(general.id).some(({ content }) => content === "for you")).toBe(false);
  });

  it("talks in a thread it starts from a message", async () => {
    const { discord, client } = stage;
    const general = discord.channel("general");
    const channel = client.channels.cache.get(general.id);
    if (!channel?.isSendable() || channel.isDMBased() || channel.isThread()) throw new Error("no text channel");
    const sent = await channel.send("the card");
    const thread = await sent.startThread({ name: "a job" });
    expect(thread.id).toBe(sent.id);
    await thread.send("in the thread");
    expect(discord.messages(thread.id).map(({ content }) => content)).toEqual(["", "in the thread"]);
    expect(await codeOf(sent.startThread({ name: "again" }))).toBe("MessageExistingThread");

    expect(discord.threads(general.id).map(({ name }) => name)).toEqual(["a job"]);
  });

  it("broke no rule in all of this", () => {
    expect(stage.discord.violations).toEqual([]);
  });
});
