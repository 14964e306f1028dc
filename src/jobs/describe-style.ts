/** A style in words, outside of any job: from the cache, else from the engine. */
import { BY_USER, promptHash } from "./description.ts";
import type { DescribeReply } from "./engine.ts";
import type { Repositories } from "./repositories.ts";
import type { TaskHooks, Tasks } from "./tasks.ts";

export interface DescribeStyleParts {
  readonly tasks: Pick<Tasks, "describe" | "info">;
  readonly store: Pick<Repositories, "captions">;
}

/**
 * @param sha256 of a stored picture
 * @throws EngineError when no engine can, UserError when there is none, CancelledError when it is told to stop
 */
export async function describeStyle(
  { tasks, store }: DescribeStyleParts,
  sha256: string,
  hooks: TaskHooks,
): Promise<DescribeReply> {
  const key = { styleSha256: sha256, describer: tasks.info?.describer ?? BY_USER, promptHash: promptHash() };
  const known = await store.captions.find(key);
  if (known !== null) return { text: known, describer: key.describer };
  const reply = await tasks.describe({ sha256 }, hooks);
  await store.captions.save({ ...key, describer: reply.describer }, reply.text);
  return reply;
}
