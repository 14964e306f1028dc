/** Tasks that the engine of this process does. */
import path from "node:path";

import { LEARNING } from "../../process-folders.ts";
import type { Engine } from "../engine.ts";
import type { PictureStore } from "../repositories.ts";
import { EngineTasks } from "../running/engine-tasks.ts";
import type { WordList } from "../../word-list.ts";
import type { Tasks } from "../tasks.ts";

export interface LocalTasksOptions {
  /** Started by somebody else, and stopped. */
  readonly engine: Engine;
  readonly files: Pick<PictureStore, "local">;
  /** What is being learned lies there, in a folder of its own. */
  readonly dataDir: string;
  readonly words?: WordList;
}

export const createLocalTasks = ({ engine, files, dataDir, words }: LocalTasksOptions): Tasks =>
  new EngineTasks({ engine, files, folder: path.join(dataDir, LEARNING), words });
