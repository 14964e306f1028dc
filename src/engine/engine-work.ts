/** What engines of this process do, for whoever counts it: heard of by a channel, so that nobody has to pass it on. */
import { channel } from "node:diagnostics_channel";

export type EngineWork =
  /** A task was given to an engine, or came back from it. */
  | { readonly type: "begun" | "ended"; readonly device: string }
  /** A task took longer than `STAGE_MINUTES` and was stopped. */
  | { readonly type: "stalled" }
  /** A process ended while it was needed: by itself, or because a task did not stop when it was told to. */
  | { readonly type: "lost"; readonly reason: "crashed" | "killed" };

const told = channel("atelier:engine-work");

export const tellEngineWork = (work: EngineWork): void => told.publish(work);

/** @returns a function that ends the subscription */
export function onEngineWork(listener: (work: EngineWork) => void): () => void {
  const heard = (message: unknown): void => listener(message as EngineWork);
  told.subscribe(heard);
  return () => {
    told.unsubscribe(heard);
  };
}
