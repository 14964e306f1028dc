/** A queue and its graphics cards, played through event by event: no clock, no engine, the product's own order. */
import { FairOrder } from "../jobs/running/fair-order.ts";
import { JobLine } from "../jobs/running/job-line.ts";
import type { Arrival } from "./arrivals.ts";

export interface ServiceOptions {
  readonly gpus: number;
  /** A card is busy for so long with one picture. */
  readonly seconds: number;
  /** `arrival`: who comes first is served first, to compare with. */
  readonly order: "fair" | "arrival";
  /** Pictures that a member, and a server, may have waiting or running: more are refused, as the bot does. */
  readonly perMember: number;
  readonly perServer: number;
}

/** What became of the pictures that were taken, in the order they were begun. */
export interface ServiceDay {
  readonly refused: number;
  /** Seconds from asking to the beginning, and who asked. */
  readonly waits: readonly number[];
  readonly members: readonly number[];
  /** When each was begun, seconds. */
  readonly begins: readonly number[];
}

interface Waiting extends Arrival {
  readonly turn: number;
  readonly job: { readonly id: string };
}

/** Ids sort as they were given. */
const ID_DIGITS = 10;

/** Plays all arrivals, in the order of their times, and goes on until none waits. */
export function serve(arrivals: Iterable<Arrival>, options: ServiceOptions): ServiceDay {
  const { gpus, seconds, order, perMember, perServer } = options;
  const turns = new FairOrder();
  const line = new JobLine<Waiting>();
  const day = { refused: 0, waits: [] as number[], members: [] as number[], begins: [] as number[] };
  const held = { member: new Map<number, number>(), server: new Map<number, number>() };
  /** Being painted: as all take as long, the first that was begun is the first that is done. */
  const running: { readonly ends: number; readonly arrival: Arrival }[] = [];
  let [done, taken] = [0, 0];

  const begin = (next: Waiting, at: number): void => {
    line.remove(next);
    turns.begin(next.turn);
    running.push({ ends: at + seconds, arrival: next });
    day.waits.push(at - next.at);
    day.members.push(next.member);
    day.begins.push(at);
  };
  const finish = (): void => {
    const { ends, arrival } = running[done]!;
    done += 1;
    count(held.member, arrival.member, -1);
    count(held.server, arrival.server, -1);
    const next = line.at(0);
    if (next) begin(next, ends);
  };
  for (const arrival of arrivals) {
    while (done < running.length && running[done]!.ends <= arrival.at) finish();
    const { member, server, at } = arrival;
    if ((held.member.get(member) ?? 0) >= perMember || (held.server.get(server) ?? 0) >= perServer) {
      day.refused += 1;
      continue;
    }
    count(held.member, member, 1);
    count(held.server, server, 1);
    const turn = order === "fair" ? turns.join(String(member)) : 0;
    const job = { id: String(taken++).padStart(ID_DIGITS, "0") };
    const waiting: Waiting = { ...arrival, turn, job };
    line.add(waiting);
    if (running.length - done < gpus) begin(line.at(0)!, at);
  }
  while (done < running.length) finish();
  return day;
}

function count(counts: Map<number, number>, key: number, by: number): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
}
