/** A style in words, outside of any job: from the cache, else from the engine. */
import { BY_USER, promptHash } from "../jobs/description.ts";
import type { DescribeReply } from "../jobs/engine.ts";
import type { PictureRef } from "../jobs/job.ts";
import type { Bot } from "./bot.ts";

/** @throws EngineError when the engine cannot, CancelledError when it is going down */
export async function describeStyle(
  { engine, store, closing }: Pick<Bot, "engine" | "store" | "closing">,
  picture: PictureRef,
  onText: (textSoFar: string) => void,
): Promise<DescribeReply> {
  const key = { styleSha256: picture.sha256, describer: engine.info?.describer ?? BY_USER, promptHash: promptHash() };
  const known = await store.captions.find(key);
  if (known !== null) return { text: known, describer: key.describer };
  const image = { path: store.files.path(picture.sha256), sha256: picture.sha256 };
  const reply = await engine.describe({ image }, { onText, signal: closing });
  await store.captions.save({ ...key, describer: reply.describer }, reply.text);
  return reply;
}
