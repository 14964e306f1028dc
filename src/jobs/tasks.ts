/**
 * Work beside painting, as a port: what commands, votes, the queue and the desk of learning have engines do, wherever
 * those run. Pictures go by their hash, learnings by their id. One contract (`test/jobs/tasks-contract.ts`) for all.
 */
import type { UserError } from "../errors.ts";
import type { FaceReport } from "../faces/face-report.ts";
import { markOf } from "./erased.ts";
import type { DescribeReply, EngineHooks, EngineInfo, LearnReply, LearnTask } from "./engine.ts";

/** A picture in the store. */
export interface StoredPicture {
  /** Of its bytes, hex. */
  readonly sha256: string;
}

/** A style that is to be learned. */
export interface Lesson extends Pick<LearnTask, "description" | "form" | "size" | "maxSteps"> {
  /** Of the learning: what was reached is kept under it, and the same goes on from there. */
  readonly id: string;
  readonly picture: StoredPicture;
}

export interface TaskHooks extends EngineHooks {
  /** How often it may be begun, where the engine breaks down over it. Default: 2. */
  readonly tries?: number;
  /** Nobody can do it for the moment: why, in words for people, English (see `retold`); `null` when somebody can again. */
  readonly onWaiting?: (why: string | null) => void;
}

/**
 * The same asked for while it is under way is done once, and told to all who asked; it is stopped when none of them
 * wants it any more. Every method rejects as `Engine`'s do, and with a `UserError` where nobody can do it.
 */
export interface Tasks {
  /** What those who do it turned out to be; `null` while nobody is known. */
  readonly info: EngineInfo | null;
  /** Why nobody can learn at present, in words for people; `null`: somebody can. */
  whyNoLearning(): UserError | null;
  findFaces(picture: StoredPicture, hooks?: TaskHooks): Promise<FaceReport>;
  /** Whether a picture may be for adults alone, as `safetyChecker` of `info` has it. */
  isUnsafe(picture: StoredPicture, hooks?: TaskHooks): Promise<boolean>;
  styleVector(picture: StoredPicture, hooks?: TaskHooks): Promise<readonly number[]>;
  /** In the paper's words, by the describer of `info`. */
  describe(picture: StoredPicture, hooks?: TaskHooks): Promise<DescribeReply>;
  /** Ends when the loss has settled; whoever asks again after a fault has it go on. Begun once: faults are the caller's. */
  learn(lesson: Lesson, hooks?: TaskHooks): Promise<LearnReply>;
  /** A file on this machine with what a learning reached last; it is not there when that is nothing. */
  reached(lessonId: string): Promise<string>;
  /** Forgets all that is kept of a learning. */
  forget(lessonId: string): Promise<void>;
  /**
   * Forgets all that is kept of learnings but of those that this process has, and others that somebody else has.
   *
   * @param isOpen asked of each learning that is not among the ids
   */
  keepOnly(lessonIds: ReadonlySet<string>, isOpen: (lessonId: string) => Promise<boolean>): Promise<void>;
  /** Waits no more for what is under way: it rejects with `CancelledError`, or ends with the engine; workers go on. */
  close(): Promise<void>;
  /** Folder of this machine that files about learnings are written to. */
  readonly folder: string;
}

/** Kinds of tasks, as they stand in ids. */
export type TaskKind = "faces" | "safety" | "style-vector" | "describe" | "learn";

/** The same for everybody who asks for the same. A server that keeps ids keeps no hash of a picture with it. */
export const taskId = (kind: TaskKind, of: string): string => `${kind}-${markOf(of)}`;

/** What stands in such an id for what the task is about. */
export const markIn = (id: string): string => id.slice(id.lastIndexOf("-") + 1);

/** Times that a task may be begun unless told. */
export const TRIES = 2;

/** Where the states of learnings lie that go from machine to machine: files in the store of pictures. */
export interface LearningStateRepository {
  /** Sha256 of the furthest state; `null` when there is none. */
  find(learningId: string): Promise<string | null>;
  /**
   * Notes a state, unless one that is further is there or the learning was erased: a worker that was cut off takes nothing back.
   *
   * @param step steps that were done by then
   * @returns the state that nothing leads to any more: the one before, or this one; `null` when there is none
   */
  save(learningId: string, sha256: string, step: number): Promise<string | null>;
  /** @returns sha256 of the state that was forgotten */
  remove(learningId: string): Promise<string | null>;
  /** Learnings of which there is a state. */
  ids(): Promise<readonly string[]>;
}

/** Extension of states in the store of pictures. */
export const STATE_EXTENSION = "state";
