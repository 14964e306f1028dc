/** Servers, workers and a bot that faults are done to: each a process of its own, with a network between that can be cut. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";

import { mountTinyDisk, type TinyDisk } from "../../store/mount-tiny-disk.ts";
import { startTcpProxy, type TcpProxy } from "../tcp-proxy.ts";
import type { TestServer } from "../test-server.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../fixtures");
const TINY = "2m";

export interface FleetOptions {
  readonly folder: string;
  readonly database: string;
  readonly queue: string;
  readonly servers: Readonly<Record<string, TestServer>>;
  readonly lockMs: number;
}

/** A process that runs until it is told to end. */
class Member {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** Somebody wanted it to end. */
  isToEnd = false;

  constructor(script: string, args: readonly unknown[], logFile: string, onCrash: (how: string) => void) {
    const output = openSync(logFile, "a");
    this.child = spawn(process.execPath, ["--import", "tsx/esm", path.join(FIXTURES, script), ...args.map(String)], {
      stdio: ["ignore", "pipe", output, "ipc"],
    });
    closeSync(output);
    this.ready = new Promise((resolve) => {
      this.child.stdout!.on("data", () => resolve());
      this.child.once("message", () => resolve());
      this.child.once("exit", () => resolve());
    });
    this.ended = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => {
        if (!this.isToEnd) onCrash(`${script} ended by itself (${String(code ?? signal)}), see ${logFile}`);
        resolve();
      });
    });
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    this.isToEnd = true;
    this.child.kill(signal);
    await this.ended;
  }
}

interface Worker {
  readonly member: Member;
  readonly networks: readonly TcpProxy[];
  /** Where it has a disk of its own that can be filled: its folder. */
  readonly tinyDisk: string | null;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly workers: Worker[] = [];
  /** What ended that nobody had ended. */
  readonly crashes: string[] = [];
  /** Folders that pictures were put into. */
  readonly folders: string[] = [];
  readonly #disks = new Set<TinyDisk>();
  #bot!: Member;
  #started = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get servers(): Readonly<Record<string, TestServer>> {
    return this.#options.servers;
  }

  /** What bots have said, a line each. */
  get said(): { readonly taken?: string; readonly told?: string; readonly id?: string }[] {
    const text = readFileSync(this.#saidFile, "utf8");
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as object]));
  }

  get #saidFile(): string {
    return path.join(this.#options.folder, "said.jsonl");
  }

  /** @param index its place; `tiny`: on a disk that can be filled */
  async startWorker(index: number, how: { paintMs: number; aheadMs: number; tiny: boolean }): Promise<void> {
    const { folder, database, queue, lockMs } = this.#options;
    const name = `worker-${++this.#started}`;
    const networks = await Promise.all([startTcpProxy(database), startTcpProxy(queue)]);
    const disk = how.tiny ? mountTinyDisk(TINY) : null;
    if (disk) this.#disks.add(disk);
    const dataDir = disk?.folder ?? path.join(folder, "data");
    const place = [networks[0]!.url, networks[1]!.url, name, 2, how.paintMs, lockMs, how.aheadMs];
    const member = this.#member("quick-worker.ts", [dataDir, ...place], name);
    this.workers[index] = { member, networks, tinyDisk: disk?.folder ?? null };
    if (!this.folders.includes(dataDir)) this.folders.push(dataDir);
    await member.ready;
  }

  async endWorker(index: number, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { member, networks } = this.workers[index]!;
    await member.end(signal);
    for (const network of networks) await network.close();
  }

  async startBot(): Promise<void> {
    const { folder, database, queue } = this.#options;
    closeSync(openSync(this.#saidFile, "a"));
    this.#bot = this.#member("fault-bot.ts", [path.join(folder, "data"), database, queue, this.#saidFile], "bot");
    await this.#bot.ready;
  }

  tellBot(told: { readonly send: number } | { readonly cancel: string }): void {
    this.#bot.child.send(told, () => undefined);
  }

  async endBot(): Promise<void> {
    await this.#bot.end("SIGKILL");
  }

  async close(): Promise<void> {
    for (const index of this.workers.keys()) await this.endWorker(index, "SIGKILL");
    await this.endBot();
  }

  /** Their disks, once nothing is read from them any more. */
  unmount(): void {
    for (const disk of this.#disks) disk.unmount();
  }

  #member(script: string, args: readonly unknown[], name: string): Member {
    const logs = path.join(this.#options.folder, "logs");
    mkdirSync(logs, { recursive: true });
    return new Member(script, args, path.join(logs, `${name}.log`), (how) => this.crashes.push(how));
  }
}
