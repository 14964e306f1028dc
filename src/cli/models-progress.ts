/** How an installation looks on a terminal: one bar over all its bytes. Nothing where output is piped. */
import { Presets, SingleBar } from "cli-progress";

import { formatBytes } from "../checkpoints/disk.ts";
import type { InstallEvent } from "../checkpoints/install.ts";

export interface InstallDisplay {
  readonly onEvent: (event: InstallEvent) => void;
  stop(): void;
}

export function showInstall(stream: NodeJS.WriteStream): InstallDisplay {
  if (!stream.isTTY) return { onEvent: () => {}, stop: () => {} };
  const bar = new SingleBar(
    {
      stream,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
      format: "{bar} {percentage} %  {amount}{speed}  {file}{note}",
    },
    Presets.shades_classic,
  );
  const tally = new Tally();
  let running = false;
  let size = 0;
  let file = "";
  let note = "";
  const payload = (): Record<string, string> => ({
    amount: `${formatBytes(tally.bytes)} of ${formatBytes(size)}`,
    speed: pace(tally.perSecond, size - tally.bytes),
    file,
    note,
  });
  const stop = (): void => {
    if (running) bar.stop();
    running = false;
  };
  const onEvent = (event: InstallEvent): void => {
    switch (event.type) {
      case "resolved": {
        const how = event.offline
          ? "the hub cannot be reached; its cache knows it"
          : `commit ${event.commit.slice(0, 10)}`;
        stream.write(`${event.repo} (${how})\n`);
        break;
      }
      case "checking":
        stream.write(`Checking ${event.file} (${formatBytes(event.size)})\n`);
        break;
      case "reused":
        tally.reused(event.file, event.size);
        break;
      case "planned":
        size = event.size;
        if (event.toDownload > 0) bar.start(size, tally.bytes, payload());
        running = event.toDownload > 0;
        break;
      case "started":
        file = event.file;
        break;
      case "progress":
        note = "";
        tally.received(event.file, event.received);
        break;
      case "retry":
        note = `  ${event.reason} Again in ${Math.ceil(event.delayMs / 1000)} s.`;
        break;
      case "downloaded":
        break;
      case "installed":
        stop();
    }
    if (running) bar.update(tally.bytes, payload());
  };
  return { onEvent, stop };
}

/** Speed and time left, once there is a speed. */
function pace(perSecond: number, bytesLeft: number): string {
  if (perSecond < 1) return "";
  const seconds = Math.ceil(bytesLeft / perSecond);
  const left = seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return `  ${formatBytes(Math.round(perSecond))}/s  ${left} left`;
}

/** What the speed is taken over. */
const WINDOW_MS = 5000;

/** Bytes that are here, and how fast they come. */
class Tally {
  readonly #here = new Map<string, number>();
  #arrivals: { at: number; bytes: number }[] = [];
  bytes = 0;

  reused(file: string, size: number): void {
    this.#set(file, size);
  }

  received(file: string, size: number): void {
    const first = !this.#here.has(file);
    const fresh = this.#set(file, size);
    // The first word of a file may tell of what an earlier try left.
    if (!first && fresh > 0) this.#arrivals.push({ at: performance.now(), bytes: fresh });
  }

  get perSecond(): number {
    const now = performance.now();
    this.#arrivals = this.#arrivals.filter(({ at }) => at >= now - WINDOW_MS);
    const sum = this.#arrivals.reduce((total, { bytes }) => total + bytes, 0);
    return sum / Math.max(0.5, (now - (this.#arrivals[0]?.at ?? now)) / 1000);
  }

  #set(file: string, size: number): number {
    const fresh = size - (this.#here.get(file) ?? 0);
    this.#here.set(file, size);
    this.bytes += fresh;
    return fresh;
  }
}
