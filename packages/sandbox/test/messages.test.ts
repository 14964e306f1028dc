import {
  ContainerBuilder,
  MediaGalleryBuilder,
  MessageFlags,
  SectionBuilder,
  SeparatorBuilder,
  TextDisplayBuilder,
  ThumbnailBuilder,
} from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { codeOf, endStage, picture, rest, type Stage, startStage, textChannel } from "./harness.ts";

const HOUR = 3_600_000;

describe("messages", () => {
  let stage: Stage;
  let generalId: string;
  beforeAll(async () => {
    stage = await startStage();
    generalId = stage.discord.channel("general").id;
  });
  afterAll(() => endStage(stage));

  const post = (body: unknown, channel = generalId) =>
    rest(stage.discord, "POST", `/channels/${channel}/messages`, body);

  it("serves components V2 with pictures behind fresh signed addresses", async () => {
    const { discord } = stage;
    const file = await picture("preview.png");
    const container = new ContainerBuilder()
      .setAccentColor(0xe9_a2_3b)
      .addSectionComponents(
        new SectionBuilder()
          .addTextDisplayComponents(new TextDisplayBuilder().setContent("## Painting"))
          .setThumbnailAccessory(new ThumbnailBuilder().setURL("attachment://preview.png")),
      )
      .addSeparatorComponents(new SeparatorBuilder())
      .addMediaGalleryComponents(
        new MediaGalleryBuilder().addItems({ media: { url: "attachment://preview.png" }, description: "step 3" }),
      );
    const sent = await textChannel(stage, "gallery").send({
      components: [container],
      files: [{ name: file.name, attachment: Buffer.from(file.bytes), description: "a preview" }],
      flags: MessageFlags.IsComponentsV2,
    });
    const served = discord.messages(sent.channelId).at(-1)!;
    const text = JSON.stringify(served.components);
    expect(text).not.toContain("attachment://");
    const url = /"url":"([^"]+)"/.exec(text)![1]!;
    const download = await fetch(url);
    expect(download.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await download.arrayBuffer())).toEqual(new Uint8Array(file.bytes));
    expect(served.attachments[0]).toMatchObject({ filename: "preview.png", width: 32, description: "a preview" });
    expect(discord.violations).toEqual([]);
  });

  it("replaces, keeps and adds attachments on edit as the list says", async () => {
    const channel = textChannel(stage, "gallery");
    const file = async (name: string) => ({ name, attachment: Buffer.from((await picture(name)).bytes) });
    const sent = await channel.send({ content: "pictures", files: [await file("a.png"), await file("b.png")] });
    const names = async () => [...(await sent.fetch(true)).attachments.values()].map(({ name }) => name);
    await sent.edit({ files: [await file("c.png")], attachments: [...sent.attachments.values()].slice(1) });
    expect(await names()).toEqual(["b.png", "c.png"]);
    await sent.edit({ content: "the same files" });
    expect(await names()).toEqual(["b.png", "c.png"]);
    await sent.edit({ files: [await file("d.png")], attachments: [] });
    expect(await names()).toEqual(["d.png"]);
  });

  it.each([
    ["text beyond 2000", { content: "x".repeat(2001) }, "content"],
    [
      "content beside components V2",
      { content: "x", flags: 1 << 15, components: [{ type: 10, content: "y" }] },
      "content",
    ],
    ["components V2 without the flag", { components: [{ type: 10, content: "y" }] }, "components"],
    [
      "a picture that is not there",
      { flags: 1 << 15, components: [{ type: 12, items: [{ media: { url: "attachment://no.png" } }] }] },
      "components",
    ],
    [
      "41 components",
      { flags: 1 << 15, components: Array.from({ length: 41 }, () => ({ type: 10, content: "y" })) },
      "components",
    ],
    [
      "4001 characters of display text",
      {
        flags: 1 << 15,
        components: [
          { type: 10, content: "y".repeat(2001) },
          { type: 10, content: "y".repeat(2000) },
        ],
      },
      "components",
    ],
    [
      "six buttons in a row",
      {
        content: "x",
        components: [
          {
            type: 1,
            components: Array.from({ length: 6 }, (_, n) => ({ type: 2, style: 1, label: "b", custom_id: `${n}` })),
          },
        ],
      },
      "components",
    ],
    [
      "the same custom id twice",
      {
        content: "x",
        components: [{ type: 1, components: [0, 1].map(() => ({ type: 2, style: 1, label: "b", custom_id: "same" })) }],
      },
      "components",
    ],
    [
      "a custom id of 101 characters",
      {
        content: "x",
        components: [{ type: 1, components: [{ type: 2, style: 1, label: "b", custom_id: "i".repeat(101) }] }],
      },
      "components",
    ],
    [
      "embeds of more than 6000 characters",
      { embeds: [{ description: "x".repeat(4000) }, { description: "x".repeat(2001) }] },
      "embeds",
    ],
    ["an unknown file", { content: "x", attachments: [{ id: "0" }] }, "attachments"],
    ["the ephemeral flag", { content: "x", flags: 64 }, "flags"],
  ])("refuses %s with 50035", async (_, body, field) => {
    const { status, json } = await post(body, await freshThread());
    expect([status, json["code"]]).toEqual([400, 50_035]);
    expect(Object.keys(json["errors"] as object)).toContain(field);
    expect(stage.discord.violations.at(-1)).toContain(field);
  });

  /** A channel of its own, so that the bucket of five messages in five seconds is not the subject. */
  const freshThread = async (): Promise<string> => {
    const { json } = await rest(stage.discord, "POST", `/channels/${generalId}/threads`, { name: "t", type: 11 });
    return String(json["id"]);
  };

  it("refuses an empty message with 50006", async () => {
    expect((await post({ content: "  " }, await freshThread())).json["code"]).toBe(50_006);
  });

  it("makes one message of one nonce", async () => {
    const thread = await freshThread();
    const body = { content: "once", nonce: "123", enforce_nonce: true };
    const [first, second] = await Promise.all([post(body, thread), post(body, thread)]);
    expect(first.json["id"]).toBe(second.json["id"]);
    expect(stage.discord.messages(thread)).toHaveLength(1);
    expect((await post({ ...body, enforce_nonce: false }, thread)).json["id"]).not.toBe(first.json["id"]);
    expect(first.json["nonce"]).toBe("123");
    const later = await rest(stage.discord, "GET", `/channels/${thread}/messages/${String(first.json["id"])}`);
    expect(later.json["id"]).toBe(first.json["id"]);
    expect(later.json["nonce"], "Discord tells it nobody who asks later").toBeUndefined();
  });

  it("stops edits of messages older than an hour with 30046", async () => {
    const thread = await freshThread();
    const { json } = await post({ content: "0" }, thread);
    const edit = (content: string) =>
      rest(stage.discord, "PATCH", `/channels/${thread}/messages/${String(json["id"])}`, { content });
    expect((await edit("fresh")).status).toBe(200);
    stage.discord.advance(HOUR + 1000);
    const codes = [];
    for (const content of ["1", "2", "3", "4"]) codes.push((await edit(content)).json["code"]);
    expect(codes).toEqual([undefined, undefined, undefined, 30_046]);
    expect(stage.discord.edits(String(json["id"]))).toHaveLength(4);
  });

  it("says truly who is pinged", async () => {
    const { discord } = stage;
    const ada = discord.member("ada").id;
    const grace = discord.member("grace").id;
    const moderators = [...discord.guild.roles.values()].find(({ name }) => name === "Moderator")!.id;
    const content = `<@${ada}> <@${grace}> <@&${moderators}> @everyone \`<@${ada}>\``;
    const mentions = async (allowed_mentions?: unknown) => {
      const { json } = await post(
        { content, ...(allowed_mentions !== undefined && { allowed_mentions }) },
        await freshThread(),
      );
      return [
        (json["mentions"] as { id: string }[]).map(({ id }) => id),
        json["mention_roles"],
        json["mention_everyone"],
      ];
    };
    // The bot may not mention everyone.
    expect(await mentions()).toEqual([[ada, grace], [moderators], false]);
    expect(await mentions({ parse: [] })).toEqual([[], [], false]);
    expect(await mentions({ parse: [], users: [grace] })).toEqual([[grace], [], false]);
    const { json } = await post({ content, allowed_mentions: { parse: ["users"], users: [ada] } }, await freshThread());
    expect(json["code"]).toBe(50_035);
  });

  it("lists newest first, page by page", async () => {
    const thread = await freshThread();
    for (const content of ["1", "2", "3", "4"]) await post({ content }, thread);
    const list = async (query: string) => {
      const { json } = await rest(stage.discord, "GET", `/channels/${thread}/messages?${query}`);
      return (json as unknown as { id: string; content: string }[]).map(({ id, content }) => ({ id, content }));
    };
    const all = await list("limit=100");
    expect(all.map(({ content }) => content)).toEqual(["4", "3", "2", "1"]);
    expect((await list(`limit=2&before=${all[1]!.id}`)).map(({ content }) => content)).toEqual(["2", "1"]);
    expect((await list(`limit=2&after=${all[3]!.id}`)).map(({ content }) => content)).toEqual(["3", "2"]);
  });

  it("knows 10003, 10008, 50005, 50001 and 50013", async () => {
    const { discord } = stage;
    const gallery = discord.channel("gallery").id;
    expect((await post({ content: "x" }, "1")).json["code"]).toBe(10_003);
    expect((await rest(discord, "GET", `/channels/${gallery}/messages/1`)).json["code"]).toBe(10_008);
    const said = await discord.member("ada").say(gallery, "mine");
    expect(
      (await rest(discord, "PATCH", `/channels/${gallery}/messages/${said.id}`, { content: "x" })).json["code"],
    ).toBe(50_005);
    expect((await rest(discord, "DELETE", `/channels/${gallery}/messages/${said.id}`)).json["code"]).toBe(50_013);
    discord.setPermissions(gallery, { deny: ["SEND_MESSAGES"] });
    expect((await post({ content: "x" }, gallery)).json["code"]).toBe(50_013);
    discord.setPermissions(gallery, { deny: ["VIEW_CHANNEL"] });
    expect((await post({ content: "x" }, gallery)).json["code"]).toBe(50_001);
    discord.setPermissions(gallery, {});
  });

  it("sends direct messages, unless the person refuses them", async () => {
    const { discord, client } = stage;
    const linus = discord.member("linus");
    const user = await client.users.fetch(linus.id);
    await user.send("hello");
    expect(discord.messages(linus.dmChannelId()).map(({ content }) => content)).toEqual(["hello"]);
    linus.dmsClosed = true;
    expect(await codeOf(user.send("again"))).toBe(50_007);
  });
});
