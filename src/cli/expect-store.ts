/** Finds out before the work whether there is a store: commands that look after one make none. */
import { existsSync } from "node:fs";
import path from "node:path";

import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";

/** @throws UserError where a file is wanted and none is there */
export async function expectStore({
  DATA_DIR,
  DATABASE_URL,
}: Pick<Config, "DATA_DIR" | "DATABASE_URL">): Promise<void> {
  const { DATABASE_FILE } = await import("../store/store.ts");
  if (DATABASE_URL !== undefined || existsSync(path.join(DATA_DIR, DATABASE_FILE))) return;
  throw new UserError(
    "no-database",
    `There is no ${DATABASE_FILE} in ${DATA_DIR}. Let DATA_DIR (or DATABASE_URL) say where the bot keeps its data.`,
  );
}
