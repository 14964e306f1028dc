import {
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  ActionRowBuilder,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  ContextMenuCommandBuilder,
  Events,
  FileUploadBuilder,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { codeOf, endStage, nextInteraction, picture, rest, type Stage, startStage, textChannel } from "./harness.ts";

const COMMANDS = [
  new SlashCommandBuilder()
    .setName("style")
    .setDescription("Styles")
    .addSubcommand((sub) =>
      sub
        .setName("describe")
        .setDescription("Describes a style")
        .addStringOption((option) =>
          option.setName("name").setDescription("which").setRequired(true).setAutocomplete(true).setMaxLength(20),
        ),
    ),
  new SlashCommandBuilder()
    .setName("paint")
    .setDescription("Paints")
    .addAttachmentOption((option) => option.setName("picture").setDescription("what").setFileTypes("image"))
    .addIntegerOption((option) => option.setName("steps").setDescription("how long").setMinValue(1).setMaxValue(50))
    .addStringOption((option) =>
      option.setName("variant").setDescription("which").addChoices({ name: "InST", value: "inst" }),
    ),
  new ContextMenuCommandBuilder().setName("Stylize this picture").setType(ApplicationCommandType.Message),
];

const button = (label: string) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setLabel(label).setCustomId(label.toLowerCase()).setStyle(ButtonStyle.Secondary),
  );

const promptModal = () =>
  new ModalBuilder()
    .setCustomId("prompt:7")
    .setTitle("Edit the prompt")
    .addLabelComponents(
      new LabelBuilder()
        .setLabel("Prompt")
        .setTextInputComponent(
          new TextInputBuilder()
            .setCustomId("prompt")
            .setStyle(TextInputStyle.Paragraph)
            .setValue("swirls")
            .setMaxLength(40),
        ),
      new LabelBuilder()
        .setLabel("Another style")
        .setFileUploadComponent(new FileUploadBuilder().setCustomId("style").setRequired(false).setFileTypes("image")),
      new LabelBuilder()
        .setLabel("Variant")
        .setStringSelectMenuComponent(
          new StringSelectMenuBuilder()
            .setCustomId("variant")
            .setRequired(false)
            .addOptions({ label: "InST", value: "inst" }, { label: "Prompt", value: "prompt" }),
        ),
    );

describe("interactions", () => {
  let stage: Stage;
  let generalId: string;
  beforeAll(async () => {
    stage = await startStage();
    await stage.client.application.commands.set(COMMANDS);
    generalId = stage.discord.channel("general").id;
  });
  afterAll(() => endStage(stage));

  const slash = async (): Promise<ChatInputCommandInteraction> => {
    const received = nextInteraction(stage);
    await stage.discord.member("ada").slash(generalId, "paint");
    return (await received) as ChatInputCommandInteraction;
  };

  it("say where they come from and what may be done there", async () => {
    const received = nextInteraction(stage);
    const call = await stage.discord.member("grace").slash(generalId, "style describe", { name: "waves" });
    const interaction = (await received) as ChatInputCommandInteraction<"cached">;
    expect(interaction.channelId).toBe(generalId);
    expect(interaction.options.getSubcommand()).toBe("describe");
    expect(interaction.options.getString("name")).toBe("waves");
    expect(interaction.appPermissions.has("SendMessagesInThreads")).toBe(true);
    expect(interaction.memberPermissions.has("ManageMessages")).toBe(false);
    expect(interaction.attachmentSizeLimit).toBe(10 * 1024 * 1024);
    const { resource } = await interaction.reply({ content: "described", withResponse: true });
    expect(resource?.message?.content).toBe("described");
    expect(await call.acknowledged).toMatchObject({ type: 4 });
    expect(call.response!.type).toBe(20);
  });

  it("are checked before they are sent, as the client's own form does", async () => {
    const ada = stage.discord.member("ada");
    const text = { name: "notes.txt", bytes: new Uint8Array(3) };
    await expect(ada.slash(generalId, "draw")).rejects.toThrow("There is no command /draw; there are: /style, /paint.");
    await expect(ada.slash(generalId, "paint", { size: 1 })).rejects.toThrow('no option "size"');
    await expect(ada.slash(generalId, "paint", { steps: 51 })).rejects.toThrow("between 1 and 50");
    await expect(ada.slash(generalId, "paint", { steps: 1.5 })).rejects.toThrow("whole number");
    await expect(ada.slash(generalId, "paint", { variant: "other" })).rejects.toThrow("one of inst");
    await expect(ada.slash(generalId, "paint", { picture: text })).rejects.toThrow("does not take notes.txt");
    await expect(ada.slash(generalId, "style describe")).rejects.toThrow("required");
    await expect(ada.slash(generalId, "style")).rejects.toThrow("needs one of its subcommands");
  });

  it("complete what is typed", async () => {
    stage.client.once(Events.InteractionCreate, (interaction) => {
      if (interaction.isAutocomplete())
        void interaction.respond([{ name: interaction.options.getFocused().toUpperCase(), value: "x" }]);
    });
    expect(await stage.discord.member("ada").autocomplete(generalId, "style describe", "name", "sta")).toEqual([
      { name: "STA", value: "x" },
    ]);
  });

  it("are acknowledged once", async () => {
    const interaction = await slash();
    const before = stage.discord.violations.length;
    await interaction.reply("first");
    const again = await rest(stage.discord, "POST", `/interactions/${interaction.id}/${interaction.token}/callback`, {
      type: 5,
    });
    expect(again.json["code"]).toBe(40_060);
    expect(stage.discord.violations.slice(before)).toEqual(["interaction paint was acknowledged twice"]);
  });

  it("are void after three seconds", async () => {
    const received = nextInteraction(stage);
    const before = stage.discord.violations.length;
    const call = await stage.discord.member("ada").slash(generalId, "paint");
    await expect(call.acknowledged).rejects.toThrow("did not respond to paint within 3 seconds");
    expect(await codeOf(((await received) as ChatInputCommandInteraction).reply("late"))).toBe(10_062);
    expect(stage.discord.violations.slice(before)).toHaveLength(1);
  });

  it("know their original, its follow-ups, and when it is gone", async () => {
    const interaction = await slash();
    // Before it is acknowledged there is no webhook.
    const path = `/webhooks/${stage.discord.applicationId}/${interaction.token}/messages/@original`;
    expect((await rest(stage.discord, "GET", path)).json["code"]).toBe(10_015);
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const follow = await interaction.followUp("takes the place of the loading message");
    expect((await interaction.fetchReply()).id).toBe(follow.id);
    const second = await interaction.followUp({ content: "second", flags: MessageFlags.Ephemeral });
    await interaction.editReply({ message: second, content: "second, edited" });
    expect(stage.discord.ephemerals(interaction.user.id).at(-1)!.content).toBe("second, edited");
    // The bot token does not reach ephemeral messages.
    expect((await rest(stage.discord, "GET", `/channels/${generalId}/messages/${second.id}`)).json["code"]).toBe(
      10_008,
    );
    await interaction.deleteReply();
    expect(await codeOf(interaction.fetchReply())).toBe(10_008);
    stage.discord.advance(16 * 60_000);
    expect(await codeOf(interaction.followUp("late"))).toBe(50_027);
  });

  it("open modals with text, file upload and menu, and take what was filled in", async () => {
    const { discord } = stage;
    const sent = await textChannel(stage, "gallery").send({ content: "result", components: [button("Edit")] });
    const grace = discord.member("grace");
    const pressed = nextInteraction(stage);
    const press = await grace.press({ id: sent.id, channel_id: sent.channelId }, "edit");
    await ((await pressed) as ButtonInteraction).showModal(promptModal());
    const modal = await press.modal;
    expect([modal.customId, modal.title]).toEqual(["prompt:7", "Edit the prompt"]);

    const submitted = nextInteraction(stage);
    const style = await picture("style.png", "#123456");
    const call = await grace.submit(modal, { prompt: "waves", style, variant: ["inst"] });
    const interaction = await submitted;
    if (!interaction.isModalSubmit()) throw new Error("no modal");
    expect(interaction.fields.getTextInputValue("prompt")).toBe("waves");
    expect(interaction.fields.getStringSelectValues("variant")).toEqual(["inst"]);
    const file = interaction.fields.getUploadedFiles("style", true).first()!;
    expect(new Uint8Array(await (await fetch(file.url)).arrayBuffer())).toEqual(new Uint8Array(style.bytes));
    expect(interaction.isFromMessage()).toBe(true);
    await interaction.deferUpdate();
    expect(await call.acknowledged).toMatchObject({ type: 6 });

    await expect(grace.submit(modal, { prompt: "x".repeat(41) })).rejects.toThrow("0 to 40 characters");
    await expect(grace.submit(modal, { variant: ["none"] })).rejects.toThrow('no option "none"');
    await expect(grace.submit(modal, { other: "x" })).rejects.toThrow('no field "other"');
  });

  it("refuse a modal that breaks the rules", async () => {
    const interaction = await slash();
    const modal = promptModal().toJSON();
    const show = (data: object) =>
      rest(stage.discord, "POST", `/interactions/${interaction.id}/${interaction.token}/callback`, { type: 9, data });
    expect((await show({ ...modal, title: "t".repeat(46) })).json["errors"]).toHaveProperty("data.title");
    expect((await show({ ...modal, components: [] })).json["code"]).toBe(50_035);
    expect((await show(modal)).status).toBe(204);
  });

  it("come from the context menu of a message, with the message", async () => {
    const { discord } = stage;
    const said = await discord.member("linus").say(generalId, "look", [await picture("mine.png")]);
    const received = nextInteraction(stage);
    await discord.member("ada").messageCommand(said, "Stylize this picture");
    const interaction = await received;
    if (!interaction.isMessageContextMenuCommand()) throw new Error("no context menu");
    // Readable without the message content intent.
    expect(interaction.targetMessage.attachments.first()!.name).toBe("mine.png");
    await interaction.reply({ content: "on it", flags: MessageFlags.Ephemeral });
  });

  it("choose in menus", async () => {
    const menu = new StringSelectMenuBuilder()
      .setCustomId("pick")
      .addOptions({ label: "One", value: "1" }, { label: "Two", value: "2" });
    const sent = await textChannel(stage, "gallery").send({
      flags: MessageFlags.IsComponentsV2,
      components: [
        new TextDisplayBuilder().setContent("pick"),
        new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu),
      ],
    });
    const received = nextInteraction(stage);
    const press = await stage.discord.member("ada").press({ id: sent.id, channel_id: sent.channelId }, "pick", ["2"]);
    const interaction = await received;
    if (!interaction.isStringSelectMenu()) throw new Error("no menu");
    expect(interaction.values).toEqual(["2"]);
    await interaction.update({ components: [new TextDisplayBuilder().setContent("two")] });
    // The flag cannot be taken off: the message stays one of components V2.
    expect(press.response!.flags! & MessageFlags.IsComponentsV2).not.toBe(0);
  });

  it("cannot be used in an archived thread", async () => {
    const { discord } = stage;
    const card = await textChannel(stage, "gallery").send("card");
    const thread = await card.startThread({ name: "job" });
    const inside = await thread.send({ content: "x", components: [button("Old")] });
    await thread.setArchived(true);
    const where = { id: inside.id, channel_id: thread.id };
    await expect(discord.member("ada").press(where, "Old")).rejects.toMatchObject({ code: 50_083 });
    await expect(discord.member("ada").slash(thread.id, "paint")).rejects.toMatchObject({ code: 50_083 });
  });
});

describe("command registration", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => endStage(stage));

  it.each([
    ["an upper-case name", { name: "Paint", description: "x" }],
    ["no description", { name: "paint" }],
    [
      "a required option after an optional one",
      {
        name: "paint",
        description: "x",
        options: [
          { type: 3, name: "a", description: "x" },
          { type: 3, name: "b", description: "x", required: true },
        ],
      },
    ],
    [
      "26 options",
      {
        name: "paint",
        description: "x",
        options: Array.from({ length: 26 }, (_, n) => ({ type: 3, name: `o${n}`, description: "x" })),
      },
    ],
    [
      "file types on text",
      { name: "paint", description: "x", options: [{ type: 3, name: "a", description: "x", file_types: ["image"] }] },
    ],
  ])("refuses %s", async (_, command) => {
    const { discord } = stage;
    const { json } = await rest(discord, "PUT", `/applications/${discord.applicationId}/commands`, [command]);
    expect(json["code"]).toBe(50_035);
  });

  it("keeps guild commands apart from global ones", async () => {
    const { client, discord } = stage;
    await client.application.commands.set([COMMANDS[0]!]);
    await client.application.commands.set([COMMANDS[1]!], discord.guild.id);
    expect((await client.application.commands.fetch()).map(({ name }) => name)).toEqual(["style"]);
    expect(discord.commands.map(({ name }) => name)).toEqual(["paint", "style"]);
  });
});
