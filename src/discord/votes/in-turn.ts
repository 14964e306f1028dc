/** Runs pieces of work one after another, in the order they came. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** The promise of this piece alone: it may reject, and the next one runs all the same. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when everything that was given so far is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
