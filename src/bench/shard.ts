/** What one shard holds: a bot in thousands of servers, their messages and reactions. The real bot, in the sandbox. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";

import { launchBot } from "./launch-bot.ts";
import type { Usage } from "./measured-bot.ts";

export interface ShardLoad {
  readonly servers: number;
  readonly channels: number;
  readonly roles: number;
  readonly messages: number;
  readonly reactions: number;
}

/** What Discord puts on a shard at most, each server as large as one usually is. */
export const FULL_SHARD: ShardLoad = { servers: 2500, channels: 30, roles: 20, messages: 100_000, reactions: 20_000 };

export interface ShardBench {
  /** From the start of the process until it serves every server. */
  readonly readySeconds: number;
  /** When it is ready, and after the last message and reaction. */
  readonly ready: Usage;
  readonly after: Usage;
}

/** Events that are sent before the bot is waited for: no more than a busy line carries at once. */
const BATCH = 500;
/** Of every so many messages in a row, one is by whoever wrote the one before. */
const REPEATED = 4;

/** Starts the bot in so many servers, and has others talk and react there. */
export async function benchShard(load: ShardLoad): Promise<ShardBench> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bench-"));
  const discord = await startSandbox({ port: 0 });
  const guilds = discord.addGuilds({ count: load.servers, channels: load.channels, roles: load.roles });
  const channels = guilds.map(({ id }) => ({ guild_id: id, channel_id: discord.channel("general", id).id }));
  const startedAt = performance.now();
  const bot = launchBot(folder, discord);
  try {
    await bot.ready;
    const readySeconds = (performance.now() - startedAt) / 1000;
    const ready = await bot.usage();
    const say = (n: number): void => dispatchMessage(discord, channels[n % channels.length]!, n);
    const react = (n: number): void => dispatchReaction(discord, channels[n % channels.length]!, n);
    for (const [count, happen] of [
      [load.messages, say],
      [load.reactions, react],
    ] as const)
      for (let n = 0; n < count; n++) {
        happen(n);
        if (n % BATCH === BATCH - 1) await bot.usage();
      }
    // What was sent before is taken in when this is answered.
    const call = await discord.member("ada").slash(channels[0]!.channel_id, "queue");
    await call.acknowledged;
    return { readySeconds, ready, after: await bot.usage() };
  } finally {
    await bot.close();
    await discord.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Place = Readonly<Record<"guild_id" | "channel_id", string>>;

/** As long as Discord's, and of nobody that anything else is about. */
const idOf = (kind: 1 | 2, n: number): string => `${kind}${String(n).padStart(17, "0")}`;

const memberOf = (n: number) => {
  const id = idOf(1, n - (n % REPEATED === 0 ? 0 : 1));
  const user = { id, username: `member-${id}`, discriminator: "0", global_name: `Member ${id}`, avatar: null };
  const member = { nick: null, avatar: null, roles: [], joined_at: "2026-01-01T00:00:00.000000+00:00", flags: 0 };
  return { user, member: { ...member, deaf: false, mute: false, pending: false } };
};

function dispatchMessage(discord: DiscordSandbox, place: Place, n: number): void {
  const { user, member } = memberOf(n);
  discord.gateway.dispatch("MESSAGE_CREATE", {
    ...place,
    id: idOf(2, n),
    type: 0,
    author: user,
    member,
    content: "",
    timestamp: "2026-11-01T00:00:00.000000+00:00",
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
    flags: 0,
    pinned: false,
    channel_type: 0,
  });
}

/** A medal, the costliest reaction: the bot looks whether the message is one that is voted on. */
function dispatchReaction(discord: DiscordSandbox, place: Place, n: number): void {
  const { user, member } = memberOf(n);
  discord.gateway.dispatch("MESSAGE_REACTION_ADD", {
    ...place,
    user_id: user.id,
    message_id: idOf(2, n),
    member: { ...member, user },
    emoji: { id: null, name: "🥇" },
    burst: false,
    type: 0,
  });
}
