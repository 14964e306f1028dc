/** Results that depend on their inputs alone, kept by key within a budget of memory; the oldest go first. */
export class ByteCache<T> {
  readonly #budget: number;
  readonly #sizeOf: (value: T) => number;
  readonly #entries = new Map<string, T>();
  #bytes = 0;

  constructor(budgetBytes: number, sizeOf: (value: T) => number) {
    this.#budget = budgetBytes;
    this.#sizeOf = sizeOf;
  }

  /** The value of `key`, computed when it is not known. */
  async get(key: string, compute: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const value = await compute();
    this.#keep(key, value);
    return value;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #keep(key: string, value: T): void {
    this.#entries.set(key, value);
    this.#bytes += this.#sizeOf(value);
    for (const [oldest, old] of this.#entries) {
      if (this.#bytes <= this.#budget || oldest === key) return;
      this.#entries.delete(oldest);
      this.#bytes -= this.#sizeOf(old);
    }
  }
}
