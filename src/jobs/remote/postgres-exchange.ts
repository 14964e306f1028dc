/** PostgreSQL as the server of the queue: BullMQ's tables in a schema of their own, NOTIFY for what is told. */
import {
  type IQueueBackend,
  PostgresConnection,
  PostgresQueueBackend,
  runMigrations,
  UnsupportedPostgresVersionError,
} from "bullmq";
import pg from "pg";

import { messageOf, UserError } from "../../errors.ts";
import { pauseAfter, waitFor } from "../../retry.ts";
import { Bull } from "./bull-queue.ts";
import { type Channel, type ConnectOptions, type Exchange, refused, type Told, unreachable } from "./exchange.ts";

const CONNECT_MS = 10_000;
/** A server that does not answer for so long is not waited for, milliseconds. */
const ANSWER_MS = 15_000;
/** Before it listens again after a fault. */
const PAUSES = { firstMs: 200, longestMs: 5000 };

/** Longest payload of a NOTIFY is 8000 bytes. */
const MOST_TOLD = 7900;
/** Bytes of whoever died before it could take them back are forgotten after so long. */
const KEPT = "1 hour";

const SCHEMA = "bullmq";
/** What is too long for a NOTIFY: one row each, which a crash may take. */
const TABLE = `${SCHEMA}.atelier_told`;
const MAKE_TABLE = `create unlogged table if not exists ${TABLE}
  (key text primary key, bytes bytea not null, at timestamptz not null default now())`;
/** Tables that tickets, their ids and what was told go through. */
const SCRUBBED = ["job", "event", "atelier_told"] as const;
/** So that two processes that start at once make it once. Any number of our own. */
const TABLE_LOCK = 7_271_829;

const channelOf = (channel: Channel): string => `atelier_${channel}`;

/** A connection that several queues share: whoever made it closes it. */
class SharedConnection extends PostgresConnection {
  override async close(): Promise<void> {}

  end(): Promise<void> {
    return super.close();
  }
}

/** See `connect`. */
export async function connectPostgres(url: string, { log, connections = 2 }: ConnectOptions): Promise<Exchange> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    options: `-c search_path=${SCHEMA}`,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: CONNECT_MS,
    application_name: "atelier",
  });
  pool.on("error", (error) => log.debug({ error: messageOf(error) }, "a fault of the queue's server"));
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client, SCHEMA);
      await client.query(`select pg_advisory_lock(${TABLE_LOCK})`);
      await client.query(MAKE_TABLE);
      await client.query(`select pg_advisory_unlock(${TABLE_LOCK})`);
      await client.query(`delete from ${TABLE} where at < now() - interval '${KEPT}'`);
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  } catch (cause) {
    await pool.end();
    throw explain(url, cause);
  }
  const shared = new SharedConnection(pool as never);
  shared.setMaxListeners(0);
  shared.on("error", (error: unknown) => log.debug({ error: messageOf(error) }, "a fault of the queue's server"));
  const factory = (name: string, options: unknown): IQueueBackend =>
    new PostgresQueueBackend(shared, name, options as never);
  const bull = new Bull({ connection: pool as never, factory, prefix: "", log });
  const ears = new Ears(shared, pool);

  return {
    queue: bull.queue,
    work: bull.work,

    async tell(channel, message, { bytes, key } = {}) {
      const head = JSON.stringify({ message, ...(bytes && { key }) });
      if (Buffer.byteLength(head) > MOST_TOLD) throw new RangeError("What is told is longer than a NOTIFY may be");
      if (!bytes || key === undefined) {
        await pool.query("select pg_notify($1, $2)", [channelOf(channel), head]);
        return;
      }
      await pool.query(
        `with kept as (
          insert into ${TABLE} (key, bytes) values ($1, $2)
          on conflict (key) do update set bytes = excluded.bytes, at = now()
        ) select pg_notify($3, $4)`,
        [key, bytes, channelOf(channel), head],
      );
    },

    async forget(keys) {
      await pool.query(`delete from ${TABLE} where key = any($1)`, [keys]);
    },

    async scrub(olderMs) {
      await pool.query(`delete from ${TABLE} where at < now() - $1 * interval '1 millisecond'`, [olderMs]);
      // They are small: what is over is not kept. A plain VACUUM would leave the bytes where they were.
      for (const table of SCRUBBED) await pool.query(`vacuum full ${SCHEMA}.${table}`);
    },

    listen: (channel, listener) => ears.listen(channel, listener),

    async close() {
      ears.close();
      await bull.close();
      await shared.end();
      await pool.end();
    },
  };
}

/** Listens on the connection that the queues listen on too, and again whenever that was lost. */
class Ears {
  readonly #connection: PostgresConnection;
  readonly #pool: pg.Pool;
  readonly #listeners = new Map<Channel, Set<(told: Told) => void>>();
  readonly #closing = new AbortController();

  constructor(connection: PostgresConnection, pool: pg.Pool) {
    this.#connection = connection;
    this.#pool = pool;
    connection.on("listenerinvalidated", () => void this.#again());
  }

  async listen(channel: Channel, listener: (told: Told) => void): Promise<() => void> {
    const isFirst = this.#listeners.size === 0;
    const all = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, all.add(listener));
    if (isFirst) await this.#attach();
    else await (await this.#connection.getListenClient()).query(`listen ${channelOf(channel)}`);
    return () => void all.delete(listener);
  }

  close(): void {
    this.#closing.abort();
    this.#listeners.clear();
  }

  async #attach(): Promise<void> {
    const client = await this.#connection.getListenClient();
    client.on("notification", ({ channel, payload }) => {
      for (const [own, listeners] of this.#listeners) {
        if (channel !== channelOf(own) || payload === undefined) continue;
        const told = this.#toldBy(payload);
        for (const hear of listeners) hear(told);
      }
    });
    for (const channel of this.#listeners.keys()) await client.query(`listen ${channelOf(channel)}`);
  }

  async #again(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted && this.#listeners.size > 0;) {
      try {
        return await this.#attach();
      } catch {
        await waitFor(pauseAfter(++failures, PAUSES), signal, { ref: false });
      }
    }
  }

  #toldBy(payload: string): Told {
    const { message, key } = JSON.parse(payload) as { readonly message: unknown; readonly key?: string };
    const fetch = async (): Promise<Uint8Array | null> => {
      const { rows } = await this.#pool.query<{ bytes: Buffer }>(`select bytes from ${TABLE} where key = $1`, [key]);
      return rows[0]?.bytes ?? null;
    };
    return { message, bytes: key === undefined ? async () => null : fetch };
  }
}

/** Classes of PostgreSQL's codes: not let in, no such database, no right to. */
const REFUSED = /^(28|3D|42501)/;

function explain(url: string, cause: unknown): UserError {
  if (cause instanceof UnsupportedPostgresVersionError)
    return new UserError(
      "queue-too-old",
      `The PostgreSQL server is of version ${cause.serverVersion}. Atelier needs ${cause.minimumVersion} or newer: update the server.`,
    );
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const isOurs = /^[0-9A-Z]{5}$/.test(code) && !/^(08|57)/.test(code);
  return REFUSED.test(code) || isOurs
    ? refused(url, cause, messageOf(cause))
    : unreachable(url, cause, messageOf(cause) || code);
}
