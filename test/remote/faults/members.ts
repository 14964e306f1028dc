/** Who asks a bot for pictures while faults are done to it: messages between processes, or members of a Discord. */
import path from "node:path";

import { startSandbox } from "@atelier/sandbox";

import { landscape, waves } from "../../discord/pictures.ts";
import { results, settingsFor } from "../../discord/studio.ts";
import type { Draw } from "../../draw.ts";
import type { TestDatabase } from "../new-database.ts";
import { until } from "./deadline.ts";
import type { Fleet } from "./fleet.ts";

export interface Members {
  /** Has the bot asked for so many pictures. What it does not take is asked for again by whoever counts. */
  send(jobs: number): void;
  /** Stops one of the newest; `null`: they never do. */
  readonly cancel: ((draw: Draw) => void) | null;
  /** Jobs that bots took. */
  taken(): Promise<number>;
  /** What members do not see that they should, or see twice. */
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

/** Newest jobs that are cancelled. */
const NEWEST = 10;
/** Bots tell what they could not within this time: pauses between tries grow. */
const TOLD_MS = 120_000;
const PEOPLE = ["ada", "grace", "linus"] as const;

/** Asks the bot of the fixtures. */
export const membersByMessages = (fleet: Fleet): Members => ({
  send: (jobs) => fleet.tellBot({ send: jobs }),
  cancel(draw) {
    const { taken } = fleet;
    if (taken.length === 0) return;
    fleet.tellBot({ cancel: taken[draw.whole(Math.max(0, taken.length - NEWEST), taken.length - 1)]! });
  },
  taken: async () => fleet.taken.length,
  violations: async () => [],
  close: async () => undefined,
});

export interface DiscordMembers extends Members {
  /** Of the bot. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Members of a Discord on this machine, with the whole bot in it: what is posted there is counted. */
export async function membersInDiscord(
  folder: string,
  database: TestDatabase,
  queue: string,
  lockMs: number,
): Promise<DiscordMembers> {
  const discord = await startSandbox({ port: 0 });
  const general = discord.channel("general").id;
  const inputs = { content: await landscape("house.png", 64, 48), style: await waves(), variant: "inst" };
  let asked = 0;
  /** Rows, once the database answers: it may be away just now. */
  const read = async <T>(query: string): Promise<T[]> => {
    let rows: T[] = [];
    const answers = (): Promise<boolean> =>
      database.query(query).then(
        (found) => ((rows = found as T[]), true),
        () => false,
      );
    await until("the database answers", answers, TOLD_MS);
    return rows;
  };
  return {
    settings: {
      ...settingsFor(discord, path.join(folder, "data")),
      DATABASE_URL: database.url,
      QUEUE_URL: queue,
      LOCK_SECONDS: String(lockMs / 1000),
      LOG_LEVEL: "error",
    },
    send(jobs) {
      // A bot that is away answers nobody.
      for (let n = 0; n < jobs; n++)
        void discord
          .member(PEOPLE[asked++ % PEOPLE.length]!)
          .slash(general, "stylize", inputs)
          .catch(() => undefined);
    },
    cancel: null,
    taken: async () => (await read<{ n: number }>("select count(*)::int as n from jobs"))[0]!.n,
    async violations() {
      const query = `select j.id, j.state, s.thread_id as thread, s.finished
        from jobs j left join surfaces s on s.job_id = j.id`;
      const shown = () => read<{ id: string; state: string; thread: string | null; finished: number | null }>(query);
      const isTold = async (): Promise<boolean> => (await shown()).every(({ finished }) => finished === 1);
      await until("the end of each job stands in Discord", isTold, TOLD_MS);
      return (await shown()).flatMap(({ id, state, thread }) => {
        const posted = thread === null ? 0 : results(discord, thread).length;
        const due = state === "cancelled" ? 0 : 1;
        return posted === due ? [] : [`the end of job ${id} (${state}) was posted ${posted} times in Discord`];
      });
    },
    close: () => discord.close(),
  };
}
