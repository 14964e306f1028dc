/** Several engines as one: each task goes to one that is free, and one that is gone leaves the others working. */
import { throwIfCancelled } from "../breathe.ts";
import { EngineError, messageOf } from "../errors.ts";
import type { FaceReport } from "../faces/face-report.ts";
import type {
  DescribeReply,
  DescribeTask,
  Engine,
  EngineHooks,
  EngineInfo,
  EnginePicture,
  LearnReply,
  LearnTask,
  StylizeReply,
  StylizeTask,
} from "../jobs/engine.ts";
import type { Logger } from "../log.ts";
import { Backoff } from "../process/backoff.ts";
import { waitFor } from "../retry.ts";
import type { EnginePlan } from "./engine-plans.ts";
import { type EngineSupervisor, TooLongError } from "./supervisor.ts";

/** An engine of the pool, as it is handed over. */
export interface PooledEngine {
  readonly plan: Pick<EnginePlan, "name" | "paints" | "describes">;
  readonly engine: EngineSupervisor;
}

interface Member extends PooledEngine {
  /** Tasks that somebody waits for, and those that let others go first. */
  urgent: number;
  background: number;
  /** Of faults that another engine did not have. */
  readonly backoff: Backoff;
}

/** Of an engine with a fault that others do not have: every try costs somebody a moment. */
const RESTS = { firstMs: 60_000, longestMs: 600_000 };

type Kind = "urgent" | "background";

/** What a task needs of its engine. */
interface Need {
  readonly from: readonly Member[];
  readonly kind: Kind;
  /** Urgent tasks that an engine may have at once; whoever finds all of them busy waits. */
  readonly room: number;
  /** Whether a fault of one engine has another try the same. */
  readonly elsewhere: boolean;
}

export class EnginePool implements Engine {
  readonly #members: readonly Member[];
  readonly #log: Logger;
  /** Pictures that one engine paints at once. */
  readonly #pictures: number;
  /** Told when a task is over. */
  readonly #waiting = new Set<() => void>();
  #leftOut: readonly Member[] = [];

  /** @param concurrency pictures that are painted at once, by all of them */
  constructor(engines: readonly PooledEngine[], log: Logger, concurrency: number) {
    this.#members = engines.map((each) => ({ ...each, urgent: 0, background: 0, backoff: new Backoff(RESTS) }));
    this.#log = log;
    this.#pictures = Math.ceil(concurrency / this.#members.filter(({ plan }) => plan.paints).length);
  }

  /** Process ids of the engines that there are. */
  get pids(): readonly number[] {
    return this.#members.flatMap(({ engine }) => engine.pid ?? []);
  }

  /** What all of them together are, once all have started. */
  get info(): EngineInfo | null {
    const infos = new Map<Member, EngineInfo>();
    for (const member of this.#members) {
      if (!member.engine.info) return null;
      infos.set(member, member.engine.info);
    }
    const [painter] = this.#painters;
    const [describer] = this.#describers;
    if (!painter || !describer) return null;
    const { stylizer, styleNetwork, safetyChecker } = infos.get(painter)!;
    const { describer: id, describerLabel } = infos.get(describer)!;
    const devices = this.#painters.map((member) => infos.get(member)!.device);
    const largestSides = this.#painters.map((member) => infos.get(member)!.largestSide ?? 0);
    const blends = this.#painters.every((member) => infos.get(member)!.blends);
    const parallelStages = !describer.plan.paints || infos.get(describer)!.parallelStages;
    return {
      stylizer,
      styleNetwork,
      safetyChecker,
      describer: id,
      describerLabel,
      device: counted(devices),
      parallelStages,
      // Any of them may get it.
      largestSide: Math.min(...largestSides),
      blends,
    };
  }

  async start(): Promise<EngineInfo> {
    await Promise.all(this.#members.map(({ engine }) => engine.start()));
    // The best is the same for all whose checkpoint can be opened; a picture must not depend on who paints it.
    const isBest = ({ engine }: Member): boolean => engine.info!.stylizer === "diffusion";
    const all = this.#members.filter(({ plan }) => plan.paints);
    if (all.some(isBest)) this.#leftOut = all.filter((member) => !isBest(member));
    for (const { plan } of this.#leftOut)
      this.#log.warn({ device: plan.name }, "this device paints nothing, as the checkpoint cannot be used on it");
    return this.info!;
  }

  async findFaces(image: EnginePicture): Promise<FaceReport> {
    return this.#run(this.#small("urgent"), (engine) => engine.findFaces(image));
  }

  async isUnsafe(image: EnginePicture): Promise<boolean> {
    return this.#run(this.#small("urgent"), (engine) => engine.isUnsafe(image));
  }

  async styleVector(image: EnginePicture, hooks: EngineHooks = {}): Promise<readonly number[]> {
    return this.#run(this.#small("background"), (engine) => engine.styleVector(image, hooks), hooks.signal);
  }

  async describe(task: DescribeTask, hooks: EngineHooks = {}): Promise<DescribeReply> {
    const need = { from: this.#describers, kind: "urgent", room: Infinity, elsewhere: true } as const;
    return this.#run(need, (engine) => engine.describe(task, hooks), hooks.signal);
  }

  async stylize(task: StylizeTask, hooks: EngineHooks = {}): Promise<StylizeReply> {
    const need = { from: this.#painters, kind: "urgent", room: this.#pictures, elsewhere: true } as const;
    return this.#run(need, (engine) => engine.stylize(task, hooks), hooks.signal);
  }

  async learn(task: LearnTask, hooks: EngineHooks = {}): Promise<LearnReply> {
    const need = { from: this.#painters, kind: "background", room: Infinity, elsewhere: false } as const;
    return this.#run(need, (engine) => engine.learn(task, hooks), hooks.signal);
  }

  forget(isWhole: boolean): void {
    for (const { engine } of this.#members) engine.forget(isWhole);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map(({ engine }) => engine.stop()));
  }

  get #painters(): readonly Member[] {
    return this.#members.filter((member) => member.plan.paints && !this.#leftOut.includes(member));
  }

  get #describers(): readonly Member[] {
    return this.#members.filter(({ plan }) => plan.describes);
  }

  /** For networks that all have, and that run on the processor. */
  #small(kind: Kind): Need {
    return { from: this.#members, kind, room: Infinity, elsewhere: false };
  }

  /**
   * Has an engine do it. One that cannot be started, or finds a fault that trying again would not mend, may be on a card
   * that is gone: it would be free at once for the next task, and the next. So another one tries the same; where that has
   * no such fault, the first one rests. A process that goes down in the middle is no such fault: the task may be to blame.
   */
  async #run<T>(need: Need, work: (engine: EngineSupervisor) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const faulty: Member[] = [];
    for (;;) {
      const from = need.from.filter((member) => !faulty.includes(member));
      const member = await this.#take({ ...need, from }, signal);
      let isStarted = false;
      try {
        await member.engine.start(signal);
        isStarted = true;
        const value = await work(member.engine);
        if (need.elsewhere) member.backoff.succeeded();
        return value;
      } catch (error) {
        const isFault = error instanceof EngineError && !(error instanceof TooLongError);
        const isItsOwn = isFault && (!isStarted || !error.retryable);
        if (!need.elsewhere || !isItsOwn || from.length === 1) {
          // Where nobody can do it, it is not they who are at fault.
          if (isStarted) for (const { backoff } of faulty) backoff.succeeded();
          throw error;
        }
        this.#log.warn(
          { device: member.plan.name, error: messageOf(error) },
          "another engine does what this one cannot",
        );
        member.backoff.failed();
        faulty.push(member);
      } finally {
        member[need.kind] -= 1;
        for (const wake of this.#waiting) wake();
      }
    }
  }

  /** The one that is free, or has least to do; resting ones only where there is no other. Waits for room. */
  async #take({ from, kind, room }: Need, signal?: AbortSignal): Promise<Member> {
    for (;;) {
      throwIfCancelled(signal);
      const well = from.filter((member) => restOf(member) === 0);
      const rested = from.toSorted((a, b) => restOf(a) - restOf(b)).slice(0, 1);
      const [member] = (well.length > 0 ? well : rested)
        .filter(({ urgent }) => urgent < room)
        .toSorted((a, b) => a.urgent - b.urgent || a.background - b.background);
      if (member) {
        member[kind] += 1;
        return member;
      }
      await this.#change(Math.min(...from.map(restOf).filter((ms) => ms > 0)), signal);
    }
  }

  /** Resolves when a task is over, or a rest of so many milliseconds, or the signal is aborted. */
  async #change(restMs: number, signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const wake = (): void => over.abort();
    this.#waiting.add(wake);
    const ends = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    await waitFor(Math.min(restMs, RESTS.firstMs), ends);
    this.#waiting.delete(wake);
  }
}

/** Milliseconds. */
const restOf = ({ engine, backoff }: Member): number => Math.max(engine.restMs, backoff.remaining());

/** `cuda:0, cuda:1`; `2 × cpu`. */
function counted(devices: readonly string[]): string {
  const words = [...new Set(devices)].map((device) => {
    const times = devices.filter((other) => other === device).length;
    return times === 1 ? device : `${times} × ${device}`;
  });
  return words.join(", ");
}
