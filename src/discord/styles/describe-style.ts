/** A style in words, outside of any job: from the cache, else from the engine. */
import { BY_USER, promptHash } from "../../jobs/description.ts";
import type { DescribeReply, Engine, EngineHooks } from "../../jobs/engine.ts";
import { enginePicture } from "../../jobs/engine-picture.ts";
import type { Store } from "../../store/store.ts";

export interface DescribeStyleParts {
  readonly engine: Pick<Engine, "describe" | "info">;
  readonly store: Pick<Store, "captions" | "files">;
}

/**
 * @param sha256 of a stored picture
 * @throws EngineError when the engine cannot, CancelledError when it is told to stop
 */
export async function describeStyle(
  { engine, store }: DescribeStyleParts,
  sha256: string,
  hooks: EngineHooks,
): Promise<DescribeReply> {
  const key = { styleSha256: sha256, describer: engine.info?.describer ?? BY_USER, promptHash: promptHash() };
  const known = await store.captions.find(key);
  if (known !== null) return { text: known, describer: key.describer };
  const reply = await engine.describe({ image: await enginePicture(store.files, { sha256 }) }, hooks);
  await store.captions.save({ ...key, describer: reply.describer }, reply.text);
  return reply;
}
