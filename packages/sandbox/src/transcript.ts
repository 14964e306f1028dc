/** What happened, as text a person can read: who said what, pictures, buttons, reactions, edits counted. */
import { COMPONENT, SELECTS } from "../page/numbers.js";
import { byAge } from "./clock.ts";
import { type Json, asArray, asObject, textOf } from "./json.ts";
import { type Attachment, type Channel, MESSAGE_FLAG, type Message } from "./world/types.ts";
import type { World } from "./world/world.ts";

export interface TranscriptSource {
  readonly world: World;
  /** How often a message was edited. */
  readonly edits: (messageId: string) => number;
}

/** The transcript of a channel with its threads, or of everything. */
export function writeTranscript(source: TranscriptSource, channelId?: string): string {
  const { world } = source;
  const roots = [...world.channels.values()].filter((channel) =>
    channelId === undefined ? !channel.thread : channel.id === channelId,
  );
  return roots.map((channel) => channelText(source, channel)).join("\n\n");
}

function channelText(source: TranscriptSource, channel: Channel): string {
  const { world } = source;
  const title = channel.thread
    ? `🧵 ${channel.name}${channel.thread.archived ? " (archived)" : ""}`
    : channel.guildId === null
      ? `@${channel.name}`
      : `#${channel.name}`;
  const messages = [...world.messagesOf(channel.id).values()].sort((a, b) => byAge(a.id, b.id));
  const lines = [title, ...messages.flatMap((message) => messageLines(source, message))];
  const orphans = world.threadsOf(channel.id).filter(({ id }) => !world.findMessage(channel.id, id));
  for (const thread of orphans) lines.push(...indent(channelText(source, thread).split("\n"), "  │ "));
  return lines.join("\n");
}

function messageLines(source: TranscriptSource, message: Message): string[] {
  const { world } = source;
  if (message.type === 21) return [];
  const notes = [
    message.ephemeralFor && `only ${nameOf(world, message.ephemeralFor)} sees this`,
    (message.flags & MESSAGE_FLAG.loading) !== 0 && "thinking",
    source.edits(message.id) > 0 && `edited ${source.edits(message.id)}×`,
    pings(world, message),
  ].filter(Boolean);
  const used = message.interaction?.["name"];
  const head = [
    `[${new Date(message.createdAt).toISOString().slice(11, 19)}] ${nameOf(world, message.authorId)}`,
    typeof used === "string" &&
      ` for ${nameOf(world, String(asObject(message.interaction?.["user"])["id"]))}'s /${used}`,
    notes.length > 0 && ` (${notes.join("; ")})`,
  ];
  const shown = new Set(JSON.stringify(message.components).match(/attachment:\/\/[^"]+/g));
  const body = [
    ...(message.content ? message.content.split("\n") : []),
    ...message.embeds.flatMap(embedLines),
    ...message.components.flatMap((component) => componentLines(message, component)),
    ...message.attachments.filter(({ name }) => !shown.has(`attachment://${name}`)).map((file) => fileText(file)),
  ];
  const reactions = [...message.reactions.values()].map(({ emoji, userIds }) => `${emoji.name} ${userIds.size}`);
  if (reactions.length > 0) body.push(reactions.join("  "));
  const thread = (message.flags & MESSAGE_FLAG.hasThread) === 0 ? undefined : world.channels.get(message.id);
  const nested = thread ? indent(channelText(source, thread).split("\n"), "  │ ") : [];
  return [head.filter(Boolean).join(""), ...indent(body, "    "), ...nested];
}

function componentLines(message: Message, component: Json): string[] {
  const children = asArray(component["components"]).map(asObject);
  const nested = (): string[] => children.flatMap((child) => componentLines(message, child));
  switch (component["type"]) {
    case COMPONENT.actionRow:
      return [children.map(controlText).join(" ")];
    case COMPONENT.textDisplay:
      return String(component["content"]).split("\n");
    case COMPONENT.container:
      return indent(nested(), "▌ ");
    case COMPONENT.section: {
      const accessory = asObject(component["accessory"]);
      const beside =
        accessory["type"] === COMPONENT.button ? controlText(accessory) : mediaText(message, accessory["media"]);
      return [...nested(), `  ${beside}`];
    }
    case COMPONENT.mediaGallery:
      return asArray(component["items"]).map((item) => mediaText(message, asObject(item)["media"]));
    case COMPONENT.file:
      return [mediaText(message, component["file"])];
    case COMPONENT.separator:
      return ["────"];
    default:
      return [];
  }
}

function controlText(component: Json): string {
  const label = textOf(component["label"] ?? asObject(component["emoji"])["name"] ?? component["placeholder"]);
  const text = SELECTS.includes(component["type"] as number) ? `[${label} ▾]` : `(${label})`;
  return component["disabled"] === true ? `${text}✗` : text;
}

function mediaText(message: Message, media: unknown): string {
  const url = String(asObject(media)["url"]);
  const file = message.attachments.find(({ name }) => url === `attachment://${name}`);
  return file ? fileText(file) : `[${url}]`;
}

function fileText({ name, width, height, bytes, description }: Attachment): string {
  const size = width === null ? "" : ` ${width}×${height}`;
  return `[${name}${size}, ${(bytes.byteLength / 1024).toFixed(0)} KiB${description ? `, “${description}”` : ""}]`;
}

const embedLines = (embed: Json): string[] => [
  ...[embed["title"], embed["description"]].flatMap((text) => (text ? indent(textOf(text).split("\n"), "▌ ") : [])),
  ...asArray(embed["fields"])
    .map(asObject)
    .map((field) => `▌ ${String(field["name"])}: ${String(field["value"])}`),
];

function pings(world: World, { channelId, mentions }: Message): string | false {
  const roles = world.guilds.get(world.channels.get(channelId)?.guildId ?? "")?.roles;
  const names = [
    ...mentions.users.map((id) => nameOf(world, id)),
    ...mentions.roles.map((id) => roles?.get(id)?.name ?? id),
    ...(mentions.everyone ? ["everyone"] : []),
  ];
  return names.length > 0 && `pings ${names.join(", ")}`;
}

function nameOf(world: World, userId: string): string {
  const user = world.users.get(userId);
  return user?.globalName ?? user?.username ?? userId;
}

const indent = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);
