/** The store that the bot works on, for commands that look after it: they make none, nor bring one to another version. */
import { existsSync } from "node:fs";
import path from "node:path";

import { type Config, readConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../store/store.ts";

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

/**
 * Does `work` over it, pictures included, wherever they are.
 *
 * @throws UserError where there is no store, or one of another version
 */
export async function withStore<T>(work: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const { openPictures } = await import("../pictures/index.ts");
  const { openStore } = await import("../store/store.ts");
  const config = readConfig();
  await expectStore(config);
  const files = await openPictures(config);
  const store = await openStore(config.DATA_DIR, config.DATABASE_URL, { files, migrate: false });
  try {
    return await work(store, config);
  } finally {
    await store.close();
  }
}
