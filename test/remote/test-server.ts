/** A server that tests start, kill and start again. */
export interface TestServer {
  /** Its address; of PostgreSQL, that of its first database. */
  readonly url: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on what is on the disk. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}
