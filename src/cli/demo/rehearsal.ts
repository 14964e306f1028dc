/** `atelier demo --once`: one whole `/stylize` by itself, through the same stack that people use. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import type { DiscordSandbox, Person } from "@atelier/sandbox";
import type { APIAttachment, APIMessage } from "discord.js";

import type { ProgressLine } from "../progress.ts";
import { sample } from "./samples.ts";

/** Longest wait for one picture: a diffusion engine on a CPU takes minutes. */
const PICTURE_MS = 60 * 60_000;
const ACTS = 6;

/** @param out folder for the pictures and the transcript */
export async function rehearse(discord: DiscordSandbox, out: string, bar: ProgressLine): Promise<string[]> {
  await mkdir(out, { recursive: true });
  const written: string[] = [];
  const write = async (name: string, data: Uint8Array | string): Promise<void> => {
    await writeFile(path.join(out, name), data);
    written.push(path.join(out, name));
  };
  const act = (number: number, what: string): void => bar.show(number, ACTS, what);

  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const general = discord.channel("general").id;
  const content = await sample("content", "fox");
  const style = await sample("style", "village");
  await write(`content${path.extname(content.name)}`, content.bytes);
  await write(`style${path.extname(style.name)}`, style.bytes);

  act(0, "Ada types /stylize");
  const call = await ada.slash(general, "stylize", { content, style, seed: 7 });
  await call.acknowledged;
  act(1, "The picture takes shape");
  const previews = new PreviewCollector(discord, general, write);
  const thread = await discord.waitFor(() => discord.threads(general)[0], {
    timeoutMs: PICTURE_MS,
    what: "a thread under the job card",
  });

  act(2, "The thread opens");
  const first = await resultFor(discord, thread.id, ada);
  await previews.stop();
  await write(`result${extensionOf(first)}`, await download(first.attachments[0]!));

  act(3, "Grace asks for another variant");
  const rerun = await grace.press(first, "With style image");
  await rerun.acknowledged;
  act(4, "The second picture takes shape");
  const second = await resultFor(discord, thread.id, grace);
  await write(`rerun${extensionOf(second)}`, await download(second.attachments[0]!));

  act(5, "Grace votes");
  await grace.react(first, "🥇");
  await discord.waitFor(() => reactionsOf(discord, first).some(({ count }) => count > 0), { what: "the vote" });
  await write("transcript.md", `# A rehearsal of /stylize\n\n${discord.transcript()}\n`);
  act(ACTS, "Curtain");
  if (discord.violations.length > 0)
    throw new Error(`the bot broke Discord's rules:\n${discord.violations.map((v) => JSON.stringify(v)).join("\n")}`);
  return written;
}

/** The result for a person: the message that mentions them and carries a picture. */
function resultFor(discord: DiscordSandbox, threadId: string, { id, name }: Person): Promise<APIMessage> {
  const isResult = ({ mentions, attachments }: APIMessage): boolean =>
    attachments.length > 0 && mentions.some((user) => user.id === id);
  return discord.waitFor(() => discord.messages(threadId).find(isResult), {
    timeoutMs: PICTURE_MS,
    what: `the result for ${name}`,
  });
}

const reactionsOf = (discord: DiscordSandbox, { id, channel_id }: APIMessage): { count: number }[] =>
  discord.messages(channel_id).find((message) => message.id === id)?.reactions ?? [];

const extensionOf = ({ attachments: [file] }: APIMessage): string => path.extname(file!.filename);

async function download({ url }: APIAttachment): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** Keeps every picture that a job card shows before it is done, in order. */
class PreviewCollector {
  readonly #timer: NodeJS.Timeout;
  readonly #seen = new Set<string>();
  #work: Promise<void> = Promise.resolve();

  constructor(discord: DiscordSandbox, channelId: string, write: (name: string, data: Uint8Array) => Promise<void>) {
    this.#timer = setInterval(() => {
      const files = discord.messages(channelId).flatMap(({ attachments }) => attachments);
      for (const file of files.filter(({ filename }) => filename.startsWith("preview."))) {
        if (this.#seen.has(file.id)) continue;
        this.#seen.add(file.id);
        const name = `preview-${String(this.#seen.size).padStart(2, "0")}${path.extname(file.filename)}`;
        // A preview that was replaced before it was fetched is gone, as in Discord.
        this.#work = this.#work.then(() => download(file).then((data) => write(name, data))).catch(() => {});
      }
    }, 100);
  }

  stop(): Promise<void> {
    clearInterval(this.#timer);
    return this.#work;
  }
}
