import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import type { UserError } from "../../src/errors.ts";
import { lockFolder } from "../../src/store/folder-lock.ts";
import { watchFolder } from "../../src/store/folder-watch.ts";
import { openStore } from "../../src/store/store.ts";

let root: string;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "atelier-watch-"));
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await rm(root, { recursive: true, force: true });
});

/** Opens a folder as the bot does. @returns what the watch says in the end */
async function opened(name: string): Promise<{ readonly folder: string; readonly end: Promise<UserError> }> {
  const folder = path.join(root, name);
  const lock = lockFolder(folder);
  const store = await openStore(folder);
  let tell: (verdict: UserError) => void;
  const end = new Promise<UserError>((resolve) => {
    tell = resolve;
  });
  const stop = await watchFolder(folder, (verdict) => tell(verdict));
  undo.push(
    () => lock.release(),
    () => store.close(),
    stop,
  );
  return { folder, end };
}

it.skipIf(process.platform === "win32")(
  "notices a folder that is moved or removed, and a database that is replaced",
  async () => {
    const [moved, removed, replaced, untouched] = await Promise.all(["a", "b", "c", "d"].map(opened));
    const database = path.join(replaced!.folder, "atelier.db");
    let isUntouched = true;
    void untouched!.end.then(() => (isUntouched = false));

    await rename(moved!.folder, path.join(root, "elsewhere"));
    await rm(removed!.folder, { recursive: true });
    await copyFile(database, `${database}.copy`);
    await rename(`${database}.copy`, database);

    for (const { folder, end } of [moved!, removed!, replaced!])
      expect(await end).toMatchObject({
        identifier: "folder-gone",
        message: expect.stringContaining(`The folder ${folder} was moved, removed or replaced`),
      });
    expect((await replaced!.end).message).toContain("atelier.db in it");
    expect(isUntouched).toBe(true);
  },
);
