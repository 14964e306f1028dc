/** What comes with Atelier to run it somewhere: as the tools of those places see it, where they are here. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, "../..");
const UNITS = ["atelier.service", "atelier-worker@.service"] as const;

const isHere = (program: string): Promise<boolean> =>
  run(program, ["--version"]).then(
    () => true,
    () => false,
  );
const [hasSystemd, hasHadolint] = await Promise.all([isHere("systemd-analyze"), isHere("hadolint")]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-units-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A unit as it is on a machine where everything is in its place. @returns its file */
async function installed(unit: string): Promise<string> {
  const text = await readFile(path.join(ROOT, "deploy", unit), "utf8");
  const file = path.join(folder, unit.replace("@.", "@cpu."));
  await writeFile(file, text.replaceAll("/usr/bin/node", process.execPath).replaceAll("/opt/atelier", ROOT));
  return file;
}

describe("systemd's units", () => {
  it.each(UNITS)("%s does not start again what somebody has to put right first", async (unit) => {
    expect(await readFile(path.join(ROOT, "deploy", unit), "utf8")).toMatch(/^RestartPreventExitStatus=2$/m);
  });

  it("let a worker do no more than a bot", async () => {
    const [bot, worker] = await Promise.all(
      UNITS.map(
        async (unit) => (await readFile(path.join(ROOT, "deploy", unit), "utf8")).split("# What the processes")[1],
      ),
    );
    expect(worker).toBe(bot);
  });

  it.skipIf(!hasSystemd).each(UNITS)("%s is understood, and exposes little (needs systemd-analyze)", async (unit) => {
    const file = await installed(unit);
    const { stderr } = await run("systemd-analyze", ["verify", file]);
    expect(stderr.split("\n").filter((line) => line.includes(unit.split(/[@.]/)[0]!))).toEqual([]);
    const { stdout } = await run("systemd-analyze", ["security", "--offline=true", "--no-pager", file]);
    expect(Number(/exposure level.*: ([\d.]+)/.exec(stdout)![1])).toBeLessThan(2.5);
  });
});

it.skipIf(!hasHadolint)("the Containerfile has no fault that hadolint knows (needs hadolint)", async () => {
  expect((await run("hadolint", [path.join(ROOT, "Containerfile")])).stdout).toBe("");
});
