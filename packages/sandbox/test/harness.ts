/** Starts a sandbox and the unmodified discord.js client against it. */
import { setTimeout as sleep } from "node:timers/promises";

import { type Client, type ClientOptions, Events, type Interaction, TextChannel } from "discord.js";
import sharp from "sharp";

import { connectClient } from "../src/client.ts";
import { type DiscordSandbox, type SandboxOptions, type UploadedFile, startSandbox } from "../src/index.ts";
import { referee } from "./referee.ts";

export interface Stage {
  readonly discord: DiscordSandbox;
  readonly client: Client<true>;
}

/** A logged-in client; everything it sends is held against Discord's own schema where that file is at hand. */
export async function startStage(sandbox: SandboxOptions = {}, options: Partial<ClientOptions> = {}): Promise<Stage> {
  const discord = await startSandbox({ name: "Atelier", onRequest: referee, ...sandbox });
  return { discord, client: await connectClient(discord, options) };
}

export async function endStage({ discord, client }: Stage): Promise<void> {
  await client.destroy();
  await discord.close();
}

/** A small picture of one colour. */
export async function picture(name: string, color = "#e9a23b", side = 32): Promise<UploadedFile> {
  const bytes = await sharp({ create: { width: side, height: side, channels: 3, background: color } })
    .png()
    .toBuffer();
  return { name, bytes, contentType: "image/png" };
}

/** The number in Discord's error of a rejected promise. */
export const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: { code?: unknown }) => error.code ?? error,
  );

/** A path whose answers come back even when they are the global limit's. */
export const GLOBAL_PROBE = "/users/1";

/** A request past the client, with the bot's token. Waits out the global limit, which a quick test may well meet. */
export async function rest(
  discord: DiscordSandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; headers: Headers; json: Record<string, unknown> }> {
  const response = await fetch(`${discord.apiBase}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${discord.botToken}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text ? JSON.parse(text) : {};
  if (json.global === true && path !== GLOBAL_PROBE) {
    await sleep(json.retry_after * 1000 + 5);
    return rest(discord, method, path, body);
  }
  return { status: response.status, headers: response.headers, json };
}

/** A text channel of the client, by name. */
export function textChannel({ client, discord }: Stage, name: string): TextChannel {
  const channel = client.channels.cache.get(discord.channel(name).id);
  if (!(channel instanceof TextChannel)) throw new Error(`#${name} is no text channel`);
  return channel;
}

/** The next interaction the bot gets. */
export const nextInteraction = ({ client }: Stage): Promise<Interaction> =>
  new Promise((resolve) => client.once(Events.InteractionCreate, resolve));
