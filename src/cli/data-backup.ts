/** `atelier data backup` and `atelier data restore`: everything that the bot keeps, in one file. */
import { existsSync } from "node:fs";
import path from "node:path";

import type { Command } from "commander";

import { formatBytes } from "../checkpoints/disk.ts";
import { readConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import { expectWritable } from "./output-file.ts";
import { expectStore } from "./with-store.ts";

export function registerBackup(data: Command): void {
  data
    .command("backup")
    .description("write the database and all pictures to one file (tar), while the bot runs")
    .argument("<file>", "a new file")
    .action(async (file: string) => {
      const { DATA_DIR, DATABASE_URL, PICTURES_URL } = readConfig();
      await expectStore({ DATA_DIR, DATABASE_URL });
      const target = path.resolve(file);
      await expectWritable(target);
      if (existsSync(target))
        throw new UserError("output-exists", `There is a file ${file} already. Name a new one, or move that away.`);
      const { backUp } = await import("../store/backup/backup.ts");
      const { files, bytes } = await backUp(DATA_DIR, DATABASE_URL, target);
      console.log(`${file}: ${files} files, ${formatBytes(bytes)}. Keep it as secret as the bot's data.`);
      if (PICTURES_URL !== undefined)
        console.log("Pictures at PICTURES_URL are not in it: back that folder or bucket up by its own means.");
    });

  data
    .command("restore")
    .description("make a new DATA_DIR (and an empty PostgreSQL database's tables) of a backup, while no bot runs")
    .argument("<file>", "as atelier data backup wrote it")
    .action(async (file: string) => {
      const { DATA_DIR, DATABASE_URL } = readConfig();
      if (!existsSync(file)) throw new UserError("no-file", `There is no ${file}.`);
      const { restore } = await import("../store/backup/restore.ts");
      const { ERASURES_FILE } = await import("../store/store.ts");
      const { at } = await restore(path.resolve(file), DATA_DIR, DATABASE_URL);
      console.log(`${DATA_DIR} is as it was at ${at.replace("T", " ").slice(0, 19)} UTC.`);
      console.log(
        existsSync(path.join(DATA_DIR, ERASURES_FILE))
          ? "Start the bot. Members who asked to be forgotten since are erased again when it starts."
          : `Members who asked to be forgotten since are back: copy ${ERASURES_FILE} from the DATA_DIR of before into this one, if there is one. Then start the bot, which erases them again.`,
      );
    });
}
