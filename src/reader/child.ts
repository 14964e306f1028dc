/** A reader's process: opens what members sent. Forked by `Reader`, never run by hand. */
import { writeFileSync } from "node:fs";

import { shutOtherLoaders } from "../images/loaders.ts";
import { serveChild } from "../process/serve.ts";
import { type Full, type ReaderInfo, type ReaderTask, toReaderSchema } from "./messages.ts";
import { ReaderWorker } from "./worker.ts";

serveChild<{ readonly memoryBytes: number }, ReaderTask, ReaderInfo, Full>({
  name: "reader",
  messages: toReaderSchema,
  async open({ memoryBytes }, post) {
    shutOtherLoaders();
    goFirst();
    return { info: {}, worker: new ReaderWorker(memoryBytes, post) };
  },
});

/** When Linux runs out of memory, this is the process to do without. */
function goFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Elsewhere nobody asks.
  }
}
