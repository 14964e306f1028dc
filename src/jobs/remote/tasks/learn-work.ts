/** A worker's part in learning styles: from where another worker came to, when nobody waits for a picture. */
import { waitFor } from "../../../retry.ts";
import { throwIfCancelled } from "../../../breathe.ts";
import type { EngineHooks, LearnReply } from "../../engine.ts";
import type { WorkerRepository } from "../../fleet.ts";
import type { Lesson, Tasks } from "../../tasks.ts";
import { fetchState, StateKeeper, type StateFilesParts } from "./state-files.ts";
import { TaskWork, type TaskWorkOptions } from "./task-work.ts";

/** How often it is looked whether pictures wait, milliseconds. */
const LOOK_MS = 2000;

export type LearnWorkOptions = Omit<TaskWorkOptions, "capability" | "concurrency" | "run"> &
  StateFilesParts & {
    /** Of this machine's engine. */
    readonly tasks: Tasks;
    readonly workers: Pick<WorkerRepository, "present">;
  };

export const createLearnWork = ({ tasks, states, files, workers, ...options }: LearnWorkOptions): TaskWork => {
  const { exchange, log } = options;

  /** Whether there are more pictures to paint than are being painted. */
  const doPicturesWait = async (): Promise<boolean> => {
    const { size } = await exchange.queue("paint").ids();
    if (size === 0) return false;
    return size > (await workers.present()).reduce((sum, { busy }) => sum + busy, 0);
  };

  const learn = async (lesson: Lesson, hooks: Required<EngineHooks>): Promise<LearnReply> => {
    while (await doPicturesWait()) {
      await waitFor(LOOK_MS, hooks.signal);
      throwIfCancelled(hooks.signal);
    }
    const file = await tasks.reached(lesson.id);
    await fetchState({ states, files }, lesson.id, file);
    const keeper = new StateKeeper({ states, files }, lesson.id, file, log);
    const onNews: EngineHooks["onNews"] = (news) => {
      keeper.hear(news);
      hooks.onNews(news);
    };
    try {
      return await tasks.learn(lesson, { ...hooks, onNews });
    } finally {
      await keeper.end();
      await tasks.forget(lesson.id);
    }
  };

  return new TaskWork({
    ...options,
    capability: "learn",
    concurrency: 1,
    run(ticket, hooks) {
      if (ticket.kind !== "learn") throw new TypeError("Only learning has this queue");
      return learn(ticket.lesson, hooks);
    },
  });
};
