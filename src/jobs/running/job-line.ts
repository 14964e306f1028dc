/** Jobs in the order they are to run: by turn, and by arrival within one turn. */
import type { TrackedJob } from "./tracked-job.ts";

/** What the order goes by. */
interface Standing {
  readonly turn: number;
  readonly job: { readonly id: string };
}

/** A sorted list: finding a job's place takes its logarithm, adding and removing one move of memory. */
export class JobLine<T extends Standing = TrackedJob> {
  readonly #jobs: T[] = [];

  get length(): number {
    return this.#jobs.length;
  }

  at(place: number): T | undefined {
    return this.#jobs[place];
  }

  /** How many jobs of the line run before this one, which need not be among them. */
  ahead(job: Standing): number {
    let [low, high] = [0, this.#jobs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#jobs[middle]!, job)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(job: T): void {
    this.#jobs.splice(this.ahead(job), 0, job);
  }

  /** Takes a job out, if it is among them. */
  remove(job: T): void {
    const place = this.ahead(job);
    if (this.#jobs[place] === job) this.#jobs.splice(place, 1);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#jobs.values();
  }
}

const isBefore = (a: Standing, b: Standing): boolean => a.turn < b.turn || (a.turn === b.turn && a.job.id < b.job.id);
