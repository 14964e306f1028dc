/** Lets a few pieces of work run at once; those that wait take turns by whose they are. */

export interface FairLineOptions {
  /** Pieces of work at once. */
  readonly most: number;
  /** Pieces at once of one member. */
  readonly mostPerMember: number;
  /** What those that run may cost together; one alone may cost more. */
  readonly budget?: number;
}

export interface Turn {
  /** The work is over; to be called once, whatever became of it. */
  leave(): void;
}

interface Waiting {
  readonly cost: number;
  readonly begin: () => void;
}

export class FairLine {
  readonly #options: FairLineOptions;
  /** Whose last turn is longest ago comes first. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, number>();
  #count = 0;
  #spent = 0;

  constructor(options: FairLineOptions) {
    this.#options = options;
  }

  /**
   * Resolves when it is the member's turn, which lasts until it is left.
   *
   * @param signal ends the waiting, with its reason; whoever has the turn has to look after itself
   */
  enter(member: string, cost: number, signal?: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const entry: Waiting = {
        cost,
        begin: () => {
          signal?.removeEventListener("abort", giveUp);
          resolve({ leave: () => this.#leave(member, cost) });
        },
      };
      const giveUp = (): void => {
        const rest = (this.#waiting.get(member) ?? []).filter((other) => other !== entry);
        if (rest.length > 0) this.#waiting.set(member, rest);
        else this.#waiting.delete(member);
        reject(signal!.reason as Error);
        // What it kept waiting may fit.
        this.#next();
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiting.set(member, [...(this.#waiting.get(member) ?? []), entry]);
      this.#next();
    });
  }

  /** How much of a member's waits and runs. */
  countOf(member: string): number {
    return (this.#waiting.get(member)?.length ?? 0) + this.#runningOf(member);
  }

  #leave(member: string, cost: number): void {
    this.#count--;
    this.#spent -= cost;
    const left = this.#runningOf(member) - 1;
    if (left > 0) this.#running.set(member, left);
    else this.#running.delete(member);
    this.#next();
  }

  #next(): void {
    const { most, budget = Infinity } = this.#options;
    while (this.#count < most) {
      const member = this.#whoseTurn();
      if (member === null) return;
      const [first, ...rest] = this.#waiting.get(member) as [Waiting, ...Waiting[]];
      // Nobody overtakes what does not fit yet, or it might wait for ever.
      if (this.#count > 0 && this.#spent + first.cost > budget) return;
      this.#count++;
      this.#spent += first.cost;
      this.#running.set(member, this.#runningOf(member) + 1);
      this.#waiting.delete(member);
      if (rest.length > 0) this.#waiting.set(member, rest);
      first.begin();
    }
  }

  /** Whoever has least running; among equals, whose last turn is longest ago. */
  #whoseTurn(): string | null {
    let [next, least]: [string | null, number] = [null, this.#options.mostPerMember];
    for (const member of this.#waiting.keys())
      if (this.#runningOf(member) < least) [next, least] = [member, this.#runningOf(member)];
    return next;
  }

  #runningOf(member: string): number {
    return this.#running.get(member) ?? 0;
  }
}
