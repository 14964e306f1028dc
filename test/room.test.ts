/** Waiting for room on a disk. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { CancelledError, UserError } from "../src/errors.ts";
import { type Hindrance, hindranceOf, untilRoom } from "../src/room.ts";
import { useTinyDisk } from "./store/tiny-disk.ts";

const disk = useTinyDisk("3m");

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe("what keeps the store from being written", () => {
  it("is told apart from faults that stay", () => {
    const full = [coded("ENOSPC"), coded("EDQUOT"), coded("SQLITE_FULL"), new UserError("disk-full", "full")];
    expect(full.map(hindranceOf)).toEqual(["full", "full", "full", "full"]);
    const passing = ["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_IOERR_WRITE", "EROFS", "EIO"].map(coded);
    expect(new Set(passing.map(hindranceOf))).toEqual(new Set(["unwritable"]));
    const staying = [coded("SQLITE_CORRUPT"), coded("SQLITE_CONSTRAINT"), coded("ENOENT"), new Error("?"), null];
    expect(new Set(staying.map(hindranceOf))).toEqual(new Set([null]));
  });

  it("is waited out when it is the database", async () => {
    const told: (Hindrance | null)[] = [];
    let tries = 0;
    const body = async (): Promise<string> => {
      if (++tries < 3) throw coded("SQLITE_BUSY");
      return "written";
    };
    const { signal } = new AbortController();
    expect(await untilRoom(body, { folder: "/", signal, onHeld: (by) => told.push(by) })).toBe("written");
    expect(told).toEqual(["unwritable", null]);
  });
});

describe.skipIf(disk === null)("a disk that is full (needs mount)", () => {
  const filler = path.join(disk ?? "", "filler");
  const write = async (): Promise<void> => writeFileSync(path.join(disk!, "wanted"), Buffer.alloc(1000));
  const fill = (): void => expect(() => writeFileSync(filler, Buffer.alloc(4 << 20))).toThrow("ENOSPC");

  it("is waited out, and told once", async () => {
    fill();
    const told: (Hindrance | null)[] = [];
    const { signal } = new AbortController();
    const done = untilRoom(write, { folder: disk!, signal, onHeld: (by) => told.push(by) });
    await expect.poll(() => told).toEqual(["full"]);
    rmSync(filler);
    await done;
    expect(told).toEqual(["full", null]);
    expect(readdirSync(disk!)).toEqual(["wanted"]);
  });

  it("is not waited for by who is stopped, nor when it has room and is said to be full", async () => {
    rmSync(path.join(disk!, "wanted"), { force: true });
    fill();
    const abort = new AbortController();
    const about = { folder: disk!, signal: abort.signal };
    const stopped = untilRoom(write, { ...about, onHeld: () => abort.abort(new CancelledError()) });
    await expect(stopped).rejects.toThrow(CancelledError);
    rmSync(filler);
    let tries = 0;
    const refused = async (): Promise<void> => {
      tries++;
      throw coded("ENOSPC");
    };
    const { signal } = new AbortController();
    await expect(untilRoom(refused, { ...about, signal, onHeld: () => expect.unreachable() })).rejects.toThrow(
      "ENOSPC",
    );
    expect(tries).toBe(3);
    expect(readdirSync(disk!)).toEqual(["wanted"]);
  });
});
