/** What `atelier --version` costs: Node's own start, and nothing of the product. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { expect, it } from "vitest";

it("says its version where none of its packages and sources are", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-version-"));
  try {
    await cp("bin", path.join(folder, "bin"), { recursive: true });
    await cp("package.json", path.join(folder, "package.json"));
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(folder, "bin/atelier.mjs"), "--version"]);
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(stdout).toBe(`${version}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
