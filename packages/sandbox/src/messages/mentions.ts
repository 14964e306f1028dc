/** Who is really pinged: what a text names, cut down to what `allowed_mentions` and permissions allow. */
import { FormFaults } from "../api-error.ts";
import { type Json, asArray, isObject } from "../json.ts";
import { allowed } from "../world/access.ts";
import type { Channel, Component, Mentions } from "../world/types.ts";
import type { World } from "../world/world.ts";

/** All text of a message that can mention: the content, and every text display of components V2. */
export function mentionableText(content: string, components: readonly Component[]): string {
  const texts = [content];
  const visit = (component: Json): void => {
    if (component["type"] === 10 && typeof component["content"] === "string") texts.push(component["content"]);
    for (const child of asArray(component["components"])) if (isObject(child)) visit(child);
  };
  components.forEach(visit);
  return texts.join("\n");
}

interface MentionRequest {
  readonly text: string;
  readonly channel: Channel;
  readonly authorId: string;
  readonly allowedMentions: unknown;
  /** In interaction replies only users are parsed by default. */
  readonly fromInteraction: boolean;
  readonly repliedUserId?: string | undefined;
}

/** @throws ApiError 50035 when `allowed_mentions` contradicts itself */
export function computeMentions(world: World, request: MentionRequest): Mentions {
  const { text, channel, authorId } = request;
  const given = isObject(request.allowedMentions) ? request.allowedMentions : undefined;
  const parse = given
    ? asArray(given["parse"]).map(String)
    : request.fromInteraction
      ? ["users"]
      : ["users", "roles", "everyone"];
  const faults = new FormFaults();
  for (const kind of ["users", "roles"] as const) {
    const list = asArray(given?.[kind]);
    faults.count(["allowed_mentions", kind], list.length, 0, 100);
    if (list.length > 0 && parse.includes(kind))
      faults.add(
        ["allowed_mentions"],
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
  }
  faults.throwIfAny();

  const permits = (kind: "users" | "roles", id: string) => parse.includes(kind) || asArray(given?.[kind]).includes(id);
  // Code is not parsed for mentions.
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]*`/g, "");
  const named = (pattern: RegExp) => [...new Set([...prose.matchAll(pattern)].map((match) => match[1]!))];
  const users = named(/<@!?(\d+)>/g).filter((id) => world.users.has(id) && permits("users", id));
  const replied = request.repliedUserId;
  if (replied && !users.includes(replied) && (given ? given["replied_user"] === true : true)) users.push(replied);
  const mayMentionAll = allowed(world, channel, authorId, "MENTION_EVERYONE");
  const roles = named(/<@&(\d+)>/g).filter((id) => {
    const role = world.guilds.get(channel.guildId ?? "")?.roles.get(id);
    return role && (role.mentionable || mayMentionAll) && permits("roles", id);
  });
  return { users, roles, everyone: mayMentionAll && parse.includes("everyone") && /@(?:everyone|here)\b/.test(prose) };
}

export const NO_MENTIONS: Mentions = { users: [], roles: [], everyone: false };
