/** An engine that stands still while something of its work is looked at: tiny networks are done before a card shows any of it. */
import type { InteractionCall } from "@atelier/sandbox";

import type { JobEvent } from "../../src/jobs/events.ts";
import type { Studio } from "./studio.ts";

/**
 * Stops the engine's process at the first event that is `when`, until `work` is done.
 *
 * @returns what was begun
 */
export async function whileEngineStands(
  { running }: Studio,
  when: (event: JobEvent) => boolean,
  begin: () => Promise<InteractionCall>,
  work: (call: InteractionCall) => Promise<unknown>,
): Promise<InteractionCall> {
  const { pid } = running.engine as unknown as { readonly pid: number };
  const stands = new Promise<void>((resolve) => {
    const deafen = running.bot.queue.subscribe((event) => {
      if (!when(event)) return;
      deafen();
      process.kill(pid, "SIGSTOP");
      resolve();
    });
  });
  const call = await begin();
  await stands;
  try {
    await work(call);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  return call;
}
