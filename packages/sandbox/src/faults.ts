/** Scripted faults: what Discord does on a bad day. */

export interface Fault {
  /** `"POST /channels/:id/messages"`; the names after the colons do not matter, `*` stands for every route. */
  readonly route: string;
  /** How often; for ever when left out. */
  readonly times?: number;
  readonly status?: number;
  /** Discord's number in the body. */
  readonly code?: number;
  /** Seconds, with status 429. `null`: not said, as by the doorkeeper before Discord. */
  readonly retryAfter?: number | null;
  /** With status 429: it is the limit of all routes together. */
  readonly global?: boolean;
  /** The proxy before Discord answers, with a page in HTML. */
  readonly proxy?: boolean;
  /** Waits before it answers. */
  readonly delayMs?: number;
  /** Waits for this before it answers, instead of by the clock. */
  readonly until?: Promise<unknown>;
  /** Cuts the connection instead of answering. */
  readonly reset?: boolean;
  /** The request is handled, but the answer is lost (or late, with `delayMs` alone). */
  readonly afterHandling?: boolean;
  /** Only for the requests this picks. */
  readonly when?: (request: { readonly path: string; readonly body: unknown }) => boolean;
}

const shape = (route: string): string => route.replace(/:\w+/g, ":").replace("@me", ":").trim();

export class Faults {
  readonly #active: { readonly fault: Fault; left: number }[] = [];

  /** Adds a fault; returns a function that takes it away again. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.push(entry);
    return () => this.#drop(entry);
  }

  clear(): void {
    this.#active.length = 0;
  }

  /** The fault that the next request of a route meets; counts it as used. */
  take(route: string, request: { readonly path: string; readonly body: unknown }): Fault | undefined {
    const entry = this.#active.find(
      ({ fault }) => (fault.route === "*" || shape(fault.route) === shape(route)) && (fault.when?.(request) ?? true),
    );
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#drop(entry);
    return entry.fault;
  }

  #drop(entry: { readonly fault: Fault; left: number }): void {
    const index = this.#active.indexOf(entry);
    if (index >= 0) this.#active.splice(index, 1);
  }
}
