/** `atelier data` and `atelier migrate`: database and pictures of an installation of several machines. */
import path from "node:path";

import type { Command } from "commander";

import { type Config, readConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import { registerBackup } from "./data-backup.ts";
import { registerCare } from "./data-care.ts";

export function registerData(program: Command): void {
  program
    .command("migrate")
    .description("bring the PostgreSQL database at DATABASE_URL to the version of this Atelier")
    .action(async () => {
      const { openPostgres } = await import("../store/postgres-database.ts");
      const { VERSION } = await import("../store/migrations/index.ts");
      const db = await openPostgres(urlOf(readConfig()), { migrate: true });
      await db.destroy();
      console.log(`The database is of version ${VERSION}, which this Atelier needs.`);
    });

  const data = program.command("data").description("look after what the bot keeps");
  data
    .command("move")
    .description("move what is in DATA_DIR's database to the empty PostgreSQL database at DATABASE_URL")
    .action(() => move(readConfig()));
  data
    .command("pictures")
    .description("copy the pictures in DATA_DIR to where PICTURES_URL says; those that are there are left as they are")
    .action(() => copyThem(readConfig()));
  registerBackup(data);
  registerCare(data);
}

async function copyThem(config: Config): Promise<void> {
  if (config.PICTURES_URL === undefined)
    throw new UserError(
      "no-pictures-url",
      "PICTURES_URL names no place. Set it, such as file:///srv/atelier/pictures.",
    );
  const { copyPictures, openPictures } = await import("../pictures/index.ts");
  const to = await openPictures(config);
  const count = await copyPictures(path.join(config.DATA_DIR, "pictures"), to);
  console.log(
    `${count} ${count === 1 ? "file is" : "files are"} where PICTURES_URL says now. DATA_DIR keeps its own, as a backup.`,
  );
}

async function move(config: Config): Promise<void> {
  const url = urlOf(config);
  const { lockFolder } = await import("../store/folder-lock.ts");
  const { openDatabase } = await import("../store/database.ts");
  const { openPostgres } = await import("../store/postgres-database.ts");
  const { moveStore } = await import("../store/move.ts");
  const { DATABASE_FILE } = await import("../store/store.ts");
  const opened: { destroy: () => unknown }[] = [];
  try {
    // A bot that runs would go on writing where nobody looks any more.
    const lock = lockFolder(config.DATA_DIR);
    opened.unshift({ destroy: () => lock.release() });
    const from = await openDatabase(path.join(config.DATA_DIR, DATABASE_FILE));
    opened.unshift(from);
    const to = await openPostgres(url, { migrate: true });
    opened.unshift(to);
    await moveStore(from, to, (table, rows) => console.log(`${table.padEnd(16)} ${rows}`));
  } finally {
    for (const one of opened) await one.destroy();
  }
  console.log(
    `Everything is in the PostgreSQL database now. ${DATABASE_FILE} stays as it was, as a backup; ` +
      "pictures stay in their folder: share it, or have `atelier data pictures` copy them to where PICTURES_URL says.",
  );
}

function urlOf({ DATABASE_URL }: Config): string {
  if (DATABASE_URL === undefined)
    throw new UserError(
      "no-database-url",
      "DATABASE_URL names no PostgreSQL database. Set it, such as postgres://atelier@127.0.0.1/atelier.",
    );
  return DATABASE_URL;
}
