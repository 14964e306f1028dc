import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { lockFolder } from "../../src/store/folder-lock.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("locks out a second holder, who is told of the first, until it is released", () => {
  const data = path.join(folder, "not", "there", "yet");
  const first = lockFolder(data);
  for (let n = 0; n < 2; n++)
    expect(() => lockFolder(data)).toThrow(
      expect.objectContaining({
        name: "UserError",
        identifier: "bot-running",
        message: expect.stringContaining(`(process ${process.pid} on ${os.hostname()}, since 20`),
      }),
    );
  first.release();
  lockFolder(data).release();
});

it("says when the folder is none, or holds something else under the lock's name", async () => {
  const file = path.join(folder, "a-file");
  await writeFile(file, "");
  expect(() => lockFolder(path.join(file, "data"))).toThrow(
    expect.objectContaining({ identifier: "folder-unusable", message: expect.stringContaining("DATA_DIR") }),
  );
  await writeFile(path.join(folder, "bot.lock"), "not a database ".repeat(600));
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ identifier: "folder-unusable" }));
});
