/** Sweeps at start and every hour, after people were told; remembers which servers the bot has left. */
import { type Client, Events } from "discord.js";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { Config } from "../../config.ts";
import { CancelledError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { type Shard, WHOLE } from "../../shard.ts";
import { knownServers } from "../../store/erasing/erase-server.ts";
import type { Eraser } from "../../store/erasing/eraser.ts";
import type { Store } from "../../store/store.ts";
import { maxBytesOf, NOTICE_MS, sweep, type Swept } from "../../store/erasing/retention-sweep.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { noticeView } from "../messages/components.ts";
import { payload } from "../messages/view.ts";
import { retentionWords as words } from "../wording/privacy.ts";

const HOUR_MS = 3_600_000;

export interface SweeperOptions {
  readonly client: Client;
  readonly store: Store;
  readonly eraser: Eraser;
  readonly dataDir: string;
  readonly config: Pick<Config, "RETENTION_DAYS" | "MAX_STORE_GB">;
  readonly shard?: Shard | undefined;
  readonly deliveries: Deliveries;
  /** What else is to be looked after now and then. */
  readonly everyHour: () => Promise<void>;
  readonly log: Logger;
}

export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #closing = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Call when the client is ready. Nobody waits for the sweep. */
  start(): void {
    const { client, store } = this.#options;
    client.on(Events.GuildDelete, ({ id }) => this.#note(store.retention.noteLeft(id, Date.now())));
    client.on(Events.GuildCreate, ({ id }) => this.#note(store.retention.noteLeft(id, null)));
    void this.#everyHour();
  }

  /** One sweep, as of `now`. */
  run(now: number = Date.now()): Promise<Swept> {
    const { store, eraser, dataDir, config, shard = WHOLE } = this.#options;
    const breathe = async (): Promise<void> => {
      await nextTurn();
      if (this.#closing.signal.aborted) throw new CancelledError();
    };
    const [days, maxBytes] = [config.RETENTION_DAYS, maxBytesOf(config)];
    const swept = sweep({ store, eraser, dataDir, shard, days, maxBytes, now, breathe });
    this.#running = swept.catch(() => undefined);
    return swept;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #everyHour(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#lookForServers();
      await this.#tell();
      await this.#options.everyHour();
      const swept = await this.run();
      if (swept.jobs + swept.files + swept.servers > 0) log.info(swept, "swept what was kept long enough");
      if (swept.isStrangers) log.warn(words.strangers);
      const hindrance = await this.#options.eraser.scrub();
      if (hindrance !== null) log.warn({ by: hindrance }, words.notScrubbed);
    } catch (error) {
      if (!(error instanceof CancelledError)) log.error({ err: error }, "the sweep goes on in an hour");
    }
    if (!this.#closing.signal.aborted) this.#timer = setTimeout(() => void this.#everyHour(), HOUR_MS).unref();
  }

  /** Finds out which servers were left, or come back to, while nobody listened. */
  async #lookForServers(): Promise<void> {
    const { client, store, shard = WHOLE } = this.#options;
    for (const guildId of await knownServers(store.db, shard)) {
      const left = await store.retention.leftAt(guildId);
      if (client.guilds.cache.has(guildId) === (left === null)) continue;
      await store.retention.noteLeft(guildId, left === null ? Date.now() : null);
    }
  }

  /** Tells the owner, and managers where a channel is set, that old pictures will go: once, two weeks ahead. */
  async #tell(): Promise<void> {
    const { store, config, deliveries, client, log, shard = WHOLE } = this.#options;
    const { retention } = store;
    const known = await store.db.selectFrom("jobs").select("id").limit(1).executeTakeFirst();
    const from = new Date(Date.now() + NOTICE_MS).toISOString().slice(0, 10);
    if ((await retention.toldAt(null)) === null) {
      // Where nothing is kept yet, nobody has to be told.
      await retention.noteTold(null, known ? Date.now() : 0);
      if (known) log.warn({ days: config.RETENTION_DAYS, from }, words.owner(config.RETENTION_DAYS, from));
    }
    if ((await retention.toldAt(null)) === 0) return;
    for (const guildId of await knownServers(store.db, shard)) {
      const channelId = await retention.logChannel(guildId);
      if (channelId === null || (await retention.toldAt(guildId)) !== null) continue;
      const days = Math.min(config.RETENTION_DAYS, (await retention.days(guildId)) ?? config.RETENTION_DAYS);
      void deliveries.owe(`retention ${guildId}`, channelId, async () => {
        const channel = await client.channels.fetch(channelId);
        if (channel?.isSendable()) await channel.send(await payload(noticeView(words.managers(days, from))));
        await retention.noteTold(guildId, Date.now());
      });
    }
  }

  #note(work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.log.error({ err: error }, "a server that was left is noted later"));
  }
}
