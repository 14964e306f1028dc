/** `atelier data show`, `forget` and `sweep`: what is kept, and that it goes. */
import { setImmediate as nextTurn } from "node:timers/promises";

import type { Command } from "commander";

import { formatBytes } from "../checkpoints/disk.ts";
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { WHOLE } from "../shard.ts";
import type { Eraser } from "../store/erasing/eraser.ts";
import type { Store } from "../store/store.ts";
import { withStore } from "./with-store.ts";

const NOT_SCRUBBED =
  "Traces may still be in the database's own files, as somebody uses them: the bot cleans them within the hour.";
const STRANGERS =
  "The pictures' folder or bucket was marked by an installation with another database: files nobody refers to were left there.";

export function registerCare(data: Command): void {
  data
    .command("show")
    .description("how much is kept, since when, and until when")
    .action(() => withStore(show));

  data
    .command("forget")
    .description("erase all that is kept of a member: as their own Forget me does, also while the bot runs")
    .argument("<id>", "the member's Discord id")
    .option("--server <id>", "in this server alone")
    .action((userId: string, { server = null }: { readonly server?: string | null }) =>
      withStore(async (store, config) => {
        for (const id of [userId, server ?? userId])
          if (!/^\d{15,20}$/.test(id))
            throw new UserError(
              "no-id",
              `${id} is no Discord id: 15 to 20 digits. Developer mode shows it (Copy User ID).`,
            );
        for (const { job } of await store.jobs.unsettled())
          if (job.request.userId === userId && (server === null || job.request.guildId === server))
            await store.jobDesk.cancel(job.id);
        const eraser = await eraserOf(store, config);
        const hindrance = await eraser.member(await store.erasures.ask({ userId, guildId: server }));
        console.log("Forgotten. The bot takes its messages about them off Discord within the hour, or when it starts.");
        if (hindrance !== null) console.log(NOT_SCRUBBED);
      }),
    );

  data
    .command("sweep")
    .description(
      "erase what is older than RETENTION_DAYS, what MAX_STORE_GB has no room for, and files nobody refers to",
    )
    .option("--now", "also where people were not told two weeks ahead")
    .action(({ now = false }: { readonly now?: boolean }) =>
      withStore(async (store, config) => {
        const { maxBytesOf, sweep } = await import("../store/erasing/retention-sweep.ts");
        const { RETENTION_DAYS: days } = config;
        if (now) await store.retention.noteTold(null, 0);
        const maxBytes = maxBytesOf(config);
        const eraser = await eraserOf(store, config);
        const dataDir = config.DATA_DIR;
        const all = {
          store,
          eraser,
          dataDir,
          shard: WHOLE,
          days,
          maxBytes,
          now: Date.now(),
          breathe: () => nextTurn(),
        };
        const swept = await sweep(all);
        console.log(`Erased: ${swept.jobs} jobs, ${swept.servers} servers, ${swept.files} files nobody referred to.`);
        if (swept.isStrangers) console.log(STRANGERS);
        if ((await eraser.scrub()) !== null) console.log(NOT_SCRUBBED);
      }),
    );
}

/** Erases from database and files at once. */
async function eraserOf(store: Store, { DATA_DIR: dataDir }: Config): Promise<Eraser> {
  const { Eraser } = await import("../store/erasing/eraser.ts");
  return new Eraser({ store, dataDir });
}

async function show(store: Store, { RETENTION_DAYS, MAX_STORE_GB }: Config): Promise<void> {
  const { databaseBytes } = await import("../store/database-size.ts");
  let [files, bytes] = [0, 0];
  for await (const file of store.files.list()) {
    files += 1;
    bytes += file.bytes;
  }
  const count = async (table: "jobs" | "styles" | "medal_changes"): Promise<number> =>
    (
      await store.db
        .selectFrom(table)
        .select((is) => is.fn.countAll<number>().as("n"))
        .executeTakeFirstOrThrow()
    ).n;
  const { oldest } = await store.db
    .selectFrom("jobs")
    .select((is) => is.fn.min("created_at").as("oldest"))
    .executeTakeFirstOrThrow();
  const since = oldest === null ? "" : `, the oldest of ${new Date(oldest).toISOString().slice(0, 10)}`;
  console.log(`files      ${files} (${formatBytes(bytes)})`);
  console.log(`database   ${formatBytes(await databaseBytes(store.db))}`);
  console.log(`jobs       ${await count("jobs")}${since}`);
  console.log(`styles     ${await count("styles")}`);
  console.log(`medals     ${await count("medal_changes")}`);
  const room = MAX_STORE_GB === undefined ? "" : `, and at most ${MAX_STORE_GB} GB`;
  const asked = await store.db.selectFrom("erasures").select("done_at").execute();
  const open = asked.filter(({ done_at: at }) => at === null).length;
  console.log(`forgotten  ${asked.length - open}${open === 0 ? "" : `, and ${open} not finished`}`);
  console.log(`kept for   ${RETENTION_DAYS} days${room}`);
}
