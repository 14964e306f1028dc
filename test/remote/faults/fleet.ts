/** Servers, workers and a bot that faults are done to: each a process of its own, with a network between that can be cut. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { mountTinyDisk, type TinyDisk } from "../../store/mount-tiny-disk.ts";
import { startTcpProxy, type TcpProxy } from "../tcp-proxy.ts";
import type { TestServer } from "../test-server.ts";
import { inTime } from "./deadline.ts";

const FIXTURES = path.resolve(import.meta.dirname, "../fixtures");
const TINY = "2m";
/** Before a process is started again that found a server away. */
const AGAIN_MS = 300;

export interface FleetOptions {
  readonly folder: string;
  readonly database: string;
  readonly queue: string;
  readonly servers: Readonly<Record<string, TestServer>>;
  readonly lockMs: number;
  /** Settings of the whole bot; without them, the bot is that of the fixtures. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A process that runs until it is told to end. */
class Member {
  readonly child: ChildProcess;
  readonly name: string;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** Somebody wanted it to end. */
  isToEnd = false;
  hasEnded = false;

  constructor(script: string, args: readonly unknown[], logFile: string, onCrash: (how: string) => void) {
    this.name = path.basename(logFile, ".log");
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
        this.hasEnded = true;
        if (!this.isToEnd) onCrash(`${script} ended by itself (${String(code ?? signal)}), see ${logFile}`);
        resolve();
      });
    });
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    this.isToEnd = true;
    this.child.kill(signal);
    await inTime(`${this.name} ends by ${signal}`, this.ended);
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
  readonly #away = new Set<string>();
  #outages = 0;
  #bot!: Member;
  #started = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get servers(): readonly string[] {
    return Object.keys(this.#options.servers);
  }

  /** Ids of the jobs that bots have said they took. */
  get taken(): string[] {
    return this.said.flatMap(({ taken }) => taken ?? []);
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
    if (!this.folders.includes(dataDir)) this.folders.push(dataDir);
    await this.#start("quick-worker.ts", [dataDir, ...place], name, (member) => {
      this.workers[index] = { member, networks, tinyDisk: disk?.folder ?? null };
    });
  }

  async endWorker(index: number, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { member, networks } = this.workers[index]!;
    await member.end(signal);
    for (const network of networks) await network.close();
  }

  async startBot(): Promise<void> {
    const { folder, database, queue, settings } = this.#options;
    closeSync(openSync(this.#saidFile, "a"));
    const keep = (member: Member): void => void (this.#bot = member);
    if (settings) return this.#start("discord-bot.ts", [JSON.stringify(settings)], "bot", keep);
    await this.#start("fault-bot.ts", [path.join(folder, "data"), database, queue, this.#saidFile], "bot", keep);
  }

  tellBot(told: { readonly send: number } | { readonly cancel: string }): void {
    this.#bot.child.send(told, () => undefined);
  }

  async endBot(): Promise<void> {
    await this.#bot.end("SIGKILL");
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers.keys()].map((index) => this.endWorker(index, "SIGKILL")));
    await this.endBot();
  }

  /** Their disks, once nothing is read from them any more. */
  unmount(): void {
    for (const disk of this.#disks) disk.unmount();
  }

  /** A server dies, and comes back after `ms`. */
  async loseServer(name: string, ms: number): Promise<void> {
    const server = this.#options.servers[name]!;
    this.#outages++;
    this.#away.add(name);
    await inTime(`${name} is gone`, server.kill());
    await sleep(ms);
    await inTime(`${name} is back`, server.start());
    this.#away.delete(name);
  }

  /** Starts a process, and again as a service manager would where a server was away meanwhile. */
  async #start(script: string, args: readonly unknown[], name: string, keep: (member: Member) => void): Promise<void> {
    const logs = path.join(this.#options.folder, "logs");
    mkdirSync(logs, { recursive: true });
    for (;;) {
      const outages = this.#outages;
      let isReady = false;
      const mayFail = (): boolean => !isReady && (this.#away.size > 0 || this.#outages > outages);
      const member = new Member(script, args, path.join(logs, `${name}.log`), (how) => {
        if (!mayFail()) this.crashes.push(how);
      });
      keep(member);
      await inTime(`${name} is ready`, member.ready);
      if (!member.hasEnded || member.isToEnd || !mayFail()) {
        isReady = true;
        return;
      }
      await sleep(AGAIN_MS);
    }
  }
}
