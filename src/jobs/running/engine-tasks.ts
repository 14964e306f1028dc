/** Tasks that an engine of this machine does. */
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";

import { EngineError, type UserError } from "../../errors.ts";
import type { FaceReport } from "../../faces/face-report.ts";
import type {
  DescribeReply,
  Engine,
  EngineHooks,
  EngineInfo,
  EngineNews,
  EnginePicture,
  LearnReply,
} from "../engine.ts";
import { WordList } from "../../word-list.ts";
import { enginePicture } from "../engine-picture.ts";
import type { PictureStore } from "../repositories.ts";
import { SharedWork } from "../shared-work.ts";
import { learningNeedsDiffusion } from "../style.ts";
import { type Lesson, type StoredPicture, type TaskHooks, taskId, type TaskKind, type Tasks, TRIES } from "../tasks.ts";

export interface EngineTasksOptions {
  readonly engine: Engine;
  readonly files: Pick<PictureStore, "local">;
  /** For learnings; made when one begins. */
  readonly folder: string;
  /** Left out of descriptions, with their sentences. */
  readonly words?: WordList | undefined;
}

type Done<T> = (image: EnginePicture, hooks: Required<EngineHooks>) => Promise<T>;

export class EngineTasks implements Tasks {
  readonly folder: string;
  readonly #engine: Engine;
  readonly #files: Pick<PictureStore, "local">;
  readonly #words: WordList;
  readonly #shared = new SharedWork();

  constructor({ engine, files, folder, words = new WordList() }: EngineTasksOptions) {
    this.#words = words;
    this.#engine = engine;
    this.#files = files;
    this.folder = folder;
  }

  get info(): EngineInfo | null {
    return this.#engine.info;
  }

  whyNoLearning(): UserError | null {
    return this.info?.stylizer === "diffusion" ? null : learningNeedsDiffusion();
  }

  findFaces(picture: StoredPicture, hooks?: TaskHooks): Promise<FaceReport> {
    return this.#do("faces", picture, hooks, (image) => this.#engine.findFaces(image));
  }

  isUnsafe(picture: StoredPicture, hooks?: TaskHooks): Promise<boolean> {
    return this.#do("safety", picture, hooks, (image) => this.#engine.isUnsafe(image));
  }

  styleVector(picture: StoredPicture, hooks?: TaskHooks): Promise<readonly number[]> {
    return this.#do("style-vector", picture, hooks, (image, each) => this.#engine.styleVector(image, each));
  }

  describe(picture: StoredPicture, hooks?: TaskHooks): Promise<DescribeReply> {
    return this.#do("describe", picture, hooks, async (image, { signal, onNews }) => {
      const tell = (news: EngineNews): void =>
        onNews(news.type === "text" ? { ...news, text: this.#words.without(news.text) } : news);
      const reply = await this.#engine.describe({ image }, { signal, onNews: tell });
      return { ...reply, text: this.#words.without(reply.text) };
    });
  }

  learn({ id, picture, ...how }: Lesson, hooks: TaskHooks = {}): Promise<LearnReply> {
    return this.#shared.run(taskId("learn", id), hooks, async (each) => {
      await mkdir(this.folder, { recursive: true });
      const image = await enginePicture(this.#files, picture);
      const places = { statePath: this.#statePath(id), sampleDir: this.#sampleDir(id) };
      return this.#engine.learn({ ...how, ...places, image }, each);
    });
  }

  async reached(lessonId: string): Promise<string> {
    return this.#statePath(lessonId);
  }

  async forget(lessonId: string): Promise<void> {
    await rm(this.#statePath(lessonId), { force: true });
    await rm(this.#sampleDir(lessonId), { recursive: true, force: true });
  }

  /** Also what a process that was killed was writing. */
  async keepOnly(lessonIds: ReadonlySet<string>, isOpen: (lessonId: string) => Promise<boolean>): Promise<void> {
    const known = new Set([...lessonIds].flatMap((id) => [this.#statePath(id), this.#sampleDir(id)]));
    for (const name of await readdir(this.folder).catch(() => [])) {
      const file = path.join(this.folder, name);
      const id = name.split(".", 1)[0]!;
      // Where several processes share the folder, another may be at it.
      if (known.has(file) || (!lessonIds.has(id) && (await isOpen(id)))) continue;
      await rm(file, { recursive: true, force: true });
    }
  }

  /** The engine ends what it does when it is stopped. */
  async close(): Promise<void> {}

  #do<T>(kind: TaskKind, picture: StoredPicture, hooks: TaskHooks = {}, work: Done<T>): Promise<T> {
    const { tries = TRIES } = hooks;
    return this.#shared.run(taskId(kind, picture.sha256), hooks, async (each) => {
      for (let tried = 1; ; tried++) {
        try {
          return await work(await enginePicture(this.#files, picture), each);
        } catch (error) {
          const mayPass = error instanceof EngineError && error.retryable && !each.signal.aborted;
          if (!mayPass || tried >= tries) throw error;
        }
      }
    });
  }

  #statePath(id: string): string {
    return path.join(this.folder, `${id}.safetensors`);
  }

  #sampleDir(id: string): string {
    return path.join(this.folder, id);
  }
}
