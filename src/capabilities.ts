/** Kinds of work that are handed to workers, each over a queue of its own: a worker takes those it can do. */
export const CAPABILITIES = ["paint", "caption", "learn"] as const;
export type Capability = (typeof CAPABILITIES)[number];
