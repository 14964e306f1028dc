/** What learnings reached, on its way between machines: files in the store of pictures, the furthest of which is noted. */
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";

import { messageOf } from "../../../errors.ts";
import { exists } from "../../../exists.ts";
import type { Logger } from "../../../log.ts";
import { writeWhole } from "../../../write-whole.ts";
import type { EngineNews } from "../../engine.ts";
import type { PictureStore } from "../../repositories.ts";
import { type LearningStateRepository, STATE_EXTENSION } from "../../tasks.ts";

export interface StateFilesParts {
  readonly states: LearningStateRepository;
  readonly files: PictureStore;
}

/** A state may be replaced by a further one while it is fetched. */
const LOOKS = 5;

/** The furthest state as a file of this machine, read only; `null` when there is none. */
export async function stateFile({ states, files }: StateFilesParts, id: string): Promise<string | null> {
  for (let look = 0; look < LOOKS; look++) {
    const sha256 = await states.find(id);
    if (sha256 === null) return null;
    const file = await files.local(sha256, STATE_EXTENSION);
    if (await exists(file)) return file;
  }
  throw new Error(`the state of learning ${id} is not where it was noted`);
}

/** Has `target` be the furthest state, or not there when there is none. */
export async function fetchState(parts: StateFilesParts, id: string, target: string): Promise<void> {
  const file = await stateFile(parts, id);
  if (file === null) return rm(target, { force: true });
  await mkdir(path.dirname(target), { recursive: true });
  await writeWhole(target, await readFile(file));
}

/** Forgets a learning's state, and its file. */
export async function forgetState({ states, files }: StateFilesParts, id: string): Promise<void> {
  const sha256 = await states.remove(id);
  if (sha256 !== null) await files.remove(sha256, STATE_EXTENSION);
}

/** Puts a state into the store whenever the engine has written it anew. */
export class StateKeeper {
  readonly #parts: StateFilesParts;
  readonly #id: string;
  readonly #file: string;
  readonly #log: Logger;
  #step = 0;
  /** Of the file that was put last. */
  #writtenAt = 0;
  #keeping: Promise<void> = Promise.resolve();
  #isWaiting = false;

  constructor(parts: StateFilesParts, id: string, file: string, log: Logger) {
    this.#parts = parts;
    this.#id = id;
    this.#file = file;
    this.#log = log;
  }

  /** Returns at once. A state that cannot be put is put with the next one. */
  hear(news: EngineNews): void {
    if (news.type === "begun" || news.type === "progress") this.#step = Math.max(this.#step, news.step);
    if (news.type !== "look" && news.type !== "progress") return;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#keeping = this.#keeping
      .then(() => {
        this.#isWaiting = false;
        return this.#keep();
      })
      .catch((error: unknown) => {
        this.#log.warn({ learning: this.#id, error: messageOf(error) }, "what a learning reached could not be kept");
      });
  }

  /** Puts the last one. @throws what keeps it from being put */
  async end(): Promise<void> {
    await this.#keeping;
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const written = await stat(this.#file).catch(() => null);
    if (!written || written.mtimeMs === this.#writtenAt) return;
    const { states, files } = this.#parts;
    const step = this.#step;
    const { sha256 } = await files.put(await readFile(this.#file), STATE_EXTENSION);
    const left = await states.save(this.#id, sha256, step);
    this.#writtenAt = written.mtimeMs;
    if (left !== null) await files.remove(left, STATE_EXTENSION);
  }
}
