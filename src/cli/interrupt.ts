/** Ctrl-C as a signal to the work that is under way. */
import { CancelledError } from "../errors.ts";

/** Lets Ctrl-C end `work` by its signal, so that it can leave things in order. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = (): void => abort.abort(new CancelledError());
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work(abort.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
