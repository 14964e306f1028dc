/** A progress bar on a terminal, nothing where output is piped. */
import { Presets, SingleBar } from "cli-progress";

export interface ProgressLine {
  /** Shows `done` of `total`, with a word for what is being done. */
  show(done: number, total: number, what: string): void;
  stop(): void;
}

/** Drawn on standard error, so that standard output stays free for results. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show: () => {}, stop: () => {} };
  const bar = new SingleBar(
    { stream, format: "{what} {bar} {percentage} %", clearOnComplete: true, hideCursor: true, barsize: 30 },
    Presets.shades_classic,
  );
  let running = false;
  return {
    show(done, total, what) {
      if (running) bar.setTotal(total);
      else bar.start(total, done, { what });
      running = true;
      bar.update(done, { what });
    },
    stop() {
      if (running) bar.stop();
      running = false;
    },
  };
}
