/** A PostgreSQL server of the test's own: real, empty, gone afterwards. */
import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { freePort } from "./free-port.ts";
import type { TestServer } from "./test-server.ts";

const run = promisify(execFile);

/** Where Debian, Fedora and Homebrew put the programs of each version. */
const ROOTS = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt"];

/** The folder with `initdb`, of the newest version; `null` where there is no PostgreSQL. */
export async function findPostgres(): Promise<string | null> {
  for (const root of ROOTS) {
    const versions = await readdir(root).catch((): string[] => []);
    for (const version of versions.toSorted((a, b) => Number.parseFloat(b) - Number.parseFloat(a))) {
      const bin = path.join(root, version, "bin");
      if ((await readdir(bin).catch((): string[] => [])).includes("initdb")) return bin;
    }
  }
  return null;
}

/** Makes and starts a server on a free port of this machine. PostgreSQL refuses root, for whom Debian's user runs it. */
export async function startPostgres(bin: string): Promise<TestServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-postgres-"));
  const data = path.join(folder, "data");
  const asUser = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
  if (asUser.length > 0) await chown(folder, ...(await idsOf("postgres")));
  const command = (name: string, ...args: string[]): [string, string[]] => {
    const [first, ...rest] = [...asUser, path.join(bin, name), ...args];
    return [first!, rest];
  };
  await run(...command("initdb", "-D", data, "-A", "trust", "-U", "atelier", "-E", "UTF8", "--no-sync"), {
    cwd: folder,
  });
  const port = await freePort();
  const server: TestServer = {
    url: `postgres://atelier@127.0.0.1:${port}/postgres`,
    async start() {
      const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off -c log_min_messages=fatal`;
      // Its output would keep our pipes open for as long as it lives.
      const starting = spawn(...command("pg_ctl", "-D", data, "-w", "-t", "120", "-o", settings, "start"), {
        stdio: "ignore",
        cwd: folder,
      });
      const code = await new Promise((resolve) => starting.once("exit", resolve));
      if (code !== 0) throw new Error(`PostgreSQL does not start (pg_ctl ended with ${String(code)})`);
    },
    async kill() {
      await run(...command("pg_ctl", "-D", data, "-m", "immediate", "stop"), { cwd: folder });
    },
    async remove() {
      await server.kill().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function idsOf(user: string): Promise<[number, number]> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => (await run("id", [flag, user])).stdout));
  return [Number(uid), Number(gid)];
}
