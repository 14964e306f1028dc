/** A local Discord with the real bot in it: discord.js, SQLite and the engine's process, over small pictures. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, type InteractionCall, type Person, startSandbox } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";

import { type Config, readConfig } from "../../src/config.ts";
import { createLogger } from "../../src/log.ts";
import { type RunningBot, startBot, type StartOptions } from "../../src/main.ts";
import { referee } from "./referee.ts";

export type Settings = Readonly<Partial<Record<keyof Config, string>>>;

export interface StudioOptions extends Pick<
  StartOptions,
  "restTimeoutMs" | "repliesUsableMs" | "pauses" | "engineModule"
> {
  /** What is installed, `name there: fixture`. */
  readonly checkpoints?: Readonly<Record<string, string>>;
}

export interface Studio {
  readonly discord: DiscordSandbox;
  /** Id of #general. */
  readonly general: string;
  readonly settings: Settings;
  readonly running: RunningBot;
  /** Closes the bot and starts it again on the same data. */
  restart(changes?: Settings): Promise<void>;
  stopBot(): Promise<void>;
  /**
   * @param expected violations that the tests brought about on purpose
   * @throws Error when the bot did anything else that Discord would not have taken
   */
  close(expected?: readonly string[]): Promise<void>;
}

const FIXTURES = path.resolve(import.meta.dirname, "../fixtures");

/** @param settings on top of: 96-pixel results, palette describer, no limits worth mentioning */
export async function openStudio(
  settings: Settings = {},
  { checkpoints = {}, ...options }: StudioOptions = {},
): Promise<Studio> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bot-"));
  const discord = await startSandbox({ port: 0, onRequest: referee });
  const all = settingsFor(discord, folder, settings);
  for (const [name, fixture] of Object.entries(checkpoints)) {
    const place = path.join(all.MODELS_DIR!, name);
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(path.join(FIXTURES, fixture), place);
  }
  let running = await start(all, options);
  return {
    discord,
    general: discord.channel("general").id,
    settings: all,
    get running() {
      return running;
    },
    async restart(changes = {}) {
      await running.close();
      running = await start({ ...all, ...changes }, options);
    },
    stopBot: () => running.close(),
    async close(expected = []) {
      await running.close();
      await discord.close();
      await rm(folder, { recursive: true, force: true });
      const violations = discord.violations.filter((violation) => !expected.includes(violation));
      if (violations.length > 0) throw new Error(violations.join("\n"));
    },
  };
}

export const settingsFor = (discord: DiscordSandbox, folder: string, settings: Settings = {}): Settings => ({
  DISCORD_TOKEN: discord.botToken,
  DISCORD_API_BASE: discord.apiBase,
  DISCORD_CDN_BASE: discord.cdnBase,
  DATA_DIR: folder,
  MODELS_DIR: path.join(folder, "models"),
  ENGINE: "embedded",
  CAPTIONER: "palette",
  DEVICE: "cpu",
  RESULT_SIZE: "96",
  JOBS_PER_USER: "20",
  LOG_LEVEL: process.env["TEST_LOG"] ?? "silent",
  ...settings,
});

async function start(settings: Settings, options: StudioOptions): Promise<RunningBot> {
  const config = readConfig(settings);
  return startBot(config, createLogger(config.LOG_LEVEL), options);
}

/** The result messages in a channel or thread: those that can be gone on with, or tried again. */
export const results = (discord: DiscordSandbox, channelId: string): APIMessage[] =>
  discord.messages(channelId).filter((message) => hasButton(message, "More…") || hasButton(message, "Try again"));

/** Whether a request posts a result. */
export const isResult = ({ body }: { readonly body: unknown }): boolean =>
  JSON.stringify(body ?? "").includes('"More…"');

/** Presses a button of what *More…* on a result shows. */
export async function pressMore(
  discord: DiscordSandbox,
  person: Person,
  result: APIMessage,
  label: string,
): Promise<InteractionCall> {
  const call = await person.press(result, "More…");
  const panel = await discord.waitFor(() => call.response && hasButton(call.response, label) && call.response, {
    what: `${label} among what else can be done`,
  });
  return person.press(panel, label);
}

export const hasButton = (message: APIMessage, label: string): boolean =>
  JSON.stringify(message.components ?? []).includes(`"label":${JSON.stringify(label)}`);

/** All text that a message shows. */
export function textOf(message: APIMessage | undefined): string {
  const texts: string[] = message?.content ? [message.content] : [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("content" in value && typeof value.content === "string") texts.push(value.content);
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(message?.components);
  return texts.join("\n");
}

/** The result of a command that makes a job with a thread under its card. */
export async function stylized(studio: Studio, call: InteractionCall): Promise<APIMessage> {
  const { discord } = studio;
  const card = await discord.waitFor(() => call.response, { what: "the job card" });
  const result = await discord.waitFor(() => results(discord, card.id)[0], { what: "the result" });
  await discord.waitFor(() => /Done|⚠️/.test(textOf(call.response)), { what: "the card to say that it is done" });
  return result;
}

/** What the bot said to one person alone; not what it is still "thinking" about. */
export const whispers = (discord: DiscordSandbox, userId: string): string[] =>
  discord
    .ephemerals(userId)
    .map(textOf)
    .filter((text) => text !== "");

/** Presses *Delete* on a result, and says yes. */
export async function deleteForGood({ discord }: Studio, person: Person, result: APIMessage): Promise<void> {
  const before = discord.ephemerals(person.id).length;
  await pressMore(discord, person, result, "Delete");
  const asks = () =>
    discord
      .ephemerals(person.id)
      .slice(before)
      .find((one) => hasButton(one, "Delete for good"));
  const asked = await discord.waitFor(asks, { what: "the question" });
  await person.press(asked, "Delete for good");
}

/** How often each thing was said in a job's thread. */
export function tally(discord: DiscordSandbox, threadId: string): Readonly<Record<string, number>> {
  const said = discord.messages(threadId);
  const count = (words: string): number => said.filter((message) => textOf(message).includes(words)).length;
  return {
    results: results(discord, threadId).length,
    pings: said.filter(({ mentions }) => mentions.length > 0).length,
    descriptions: count("in words"),
  };
}

/** The tally of a job about which everything was said, and nothing twice. */
export const ONCE = { results: 1, pings: 1, descriptions: 1 };
