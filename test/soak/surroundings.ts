/** What the bot stands on and a fault may take away: its disk and its clock. */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";

import { mountTinyDisk } from "../store/mount-tiny-disk.ts";

const DISK_SIZE = "192m";
const BLOCK = Buffer.alloc(1 << 20);

/** A disk that can be filled to the last byte. */
export class Disk {
  readonly folder: string;
  readonly #ballast: string;
  readonly #unmount: () => void;
  /** When it was full, Unix milliseconds; until now, where there is no end. */
  readonly #full: { readonly from: number; until: number | null }[] = [];

  private constructor(folder: string, unmount: () => void) {
    this.folder = folder;
    this.#ballast = path.join(folder, "ballast");
    this.#unmount = unmount;
  }

  /** @returns `null` where mounting is not permitted */
  static mount(): Disk | null {
    const tiny = mountTinyDisk(DISK_SIZE);
    return tiny && new Disk(tiny.folder, tiny.unmount);
  }

  fill(): void {
    this.#full.push({ from: Date.now(), until: null });
    const file = openSync(this.#ballast, "w");
    try {
      for (let size = BLOCK.length; size >= 1;) {
        try {
          writeSync(file, BLOCK, 0, size);
        } catch {
          size >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
    const last = this.#full.at(-1);
    if (last) last.until ??= Date.now();
  }

  /** Whether it was full at any time from `from` to `until`, Unix milliseconds. */
  wasFull(from: number, until = Number.POSITIVE_INFINITY): boolean {
    return this.#full.some((time) => time.from <= until && (time.until ?? Number.POSITIVE_INFINITY) >= from);
  }

  unmount(): void {
    this.#unmount();
  }
}

/** The clock of the bot's process, apart from the one of this process. */
export class BotClock {
  readonly #file: string;
  #offsetMs = 0;

  /** @param file that the bot's process reads it from */
  constructor(file: string) {
    this.#file = file;
    this.jump(0);
  }

  /** What the bot's process is started with. */
  get environment(): Readonly<Record<"NODE_OPTIONS" | "SOAK_CLOCK", string>> {
    const preload = path.join(import.meta.dirname, "jumping-clock.mjs");
    return { NODE_OPTIONS: `--import ${preload}`, SOAK_CLOCK: this.#file };
  }

  jump(milliseconds: number): void {
    this.#offsetMs += milliseconds;
    writeFileSync(this.#file, String(Math.round(this.#offsetMs)));
  }
}
