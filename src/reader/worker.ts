/** Does the tasks in a reader's process: one at a time, within its memory. */
import { readFile, writeFile } from "node:fs/promises";

import { asDiskFull } from "../errors.ts";
import { normalisePicture } from "../images/encode.ts";
import type { ChildMessage } from "../process/protocol.ts";
import type { TaskWorker } from "../process/serve.ts";
import { toWire } from "../process/wire-error.ts";
import { encodeTokenFile, readTokenFile } from "../stylize/diffusion/token-file.ts";
import type { Full, PictureReply, PictureTask, ReaderInfo, ReaderTask, TokenReply, TokenTask } from "./messages.ts";

/** How often memory is looked at. libvips fills a gigabyte in about a second. */
const LOOK_MS = 20;

export class ReaderWorker implements TaskWorker<ReaderTask> {
  readonly #memoryBytes: number;
  readonly #post: (message: ChildMessage<ReaderInfo> | Full) => void;

  constructor(memoryBytes: number, post: (message: ChildMessage<ReaderInfo> | Full) => void) {
    this.#memoryBytes = memoryBytes;
    this.#post = post;
  }

  async run(message: ReaderTask): Promise<void> {
    const { task } = message;
    const watch = setInterval(() => this.#look(task), LOOK_MS);
    try {
      const value = message.type === "picture" ? await readPicture(message.picture) : await readToken(message.token);
      this.#post({ type: "reply", task, value });
    } catch (error) {
      this.#post({ type: "error", task, error: toWire(asDiskFull(error) ?? error) });
    } finally {
      clearInterval(watch);
    }
  }

  /** libvips and the parsers cannot be interrupted: whoever wants a task to end ends the process. */
  cancel(): void {}

  /** Gives the task up, and the process with it, for the memory is libvips' own. */
  #look(task: number): void {
    if (process.memoryUsage.rss() <= this.#memoryBytes) return;
    this.#post({ type: "full", task });
    // Not by `exit`, which would wait for libvips.
    process.kill(process.pid, "SIGKILL");
  }
}

/** As bytes: the loaders that read files are shut. */
async function readPicture({ source, target, role, ...limits }: PictureTask): Promise<PictureReply> {
  const { image, png, notes } = await normalisePicture(await readFile(source), role, limits);
  await writeFile(target, png);
  return { width: image.width, height: image.height, notes: [...notes] };
}

async function readToken({ source, target, name }: TokenTask): Promise<TokenReply> {
  const token = await readTokenFile(source, name);
  await writeFile(target, encodeTokenFile(token));
  return { vectors: token.vectors.shape[0]!, about: token.about };
}
