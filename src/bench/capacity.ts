/** How many graphics cards an installation needs: a day of it, simulated. */
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import { serve, type ServiceDay } from "./service-day.ts";

export interface CapacityOptions {
  readonly servers: number;
  readonly gpus: number;
  /** Pictures that are asked for on one server a day, on the average. */
  readonly perDay: number;
  /** A card is busy for so long with one picture. */
  readonly seconds: number;
  readonly seed: number;
  /** Requests with the bot's token that one picture costs, for each way of showing it. */
  readonly requests: readonly number[];
}

/** Seconds from asking to the beginning. */
interface Waits {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Capacity {
  /** That were painted. */
  readonly pictures: number;
  /** Refused because somebody, or their server, had as many in the queue as they may, of all that were asked for. */
  readonly refusedPart: number;
  readonly waits: Waits;
  /** Of members who asked for a few pictures only. */
  readonly light: Waits;
  /** What those would wait if who comes first were served first. */
  readonly lightByArrival: Waits;
  /** Requests a second in the busiest five minutes, for each of `requests`. */
  readonly requestsPerSecond: readonly number[];
  /** Bytes of pictures that a day adds. */
  readonly bytesPerDay: number;
}

/** The load at its peak is 1.85 times the mean. */
const SWING = 0.85;
/** Of a server, those who ask at all. */
const MEMBERS_PER_SERVER = 100;
/** The bot's defaults (`JOBS_PER_USER`, `JOBS_PER_GUILD`). */
const LIMITS = { perMember: 3, perServer: 30 };
/** Who asks for no more a day is a light member. */
const FEW = 2;
/** Requests are counted over so long. */
const WINDOW_SECONDS = 300;
/** A result, the two pictures it was made of, and the last preview: measured on pictures of 512 pixels. */
const PICTURE_BYTES = 2.3e6;

/** An installation, as the table of usual ones names it. */
export type Installation = Pick<CapacityOptions, "servers" | "gpus" | "perDay">;

/** One machine, a fleet, a large fleet, each with too few cards and with enough; and one that paints ten times as much. */
export const USUAL_INSTALLATIONS: readonly Installation[] = [
  { servers: 1000, gpus: 1, perDay: 2 },
  { servers: 1000, gpus: 2, perDay: 2 },
  { servers: 10_000, gpus: 10, perDay: 2 },
  { servers: 10_000, gpus: 12, perDay: 2 },
  { servers: 100_000, gpus: 60, perDay: 2 },
  { servers: 100_000, gpus: 100, perDay: 2 },
  { servers: 100_000, gpus: 1000, perDay: 20 },
];

/** Simulates a day, twice: in the product's fair order, and in that of arrival. */
export function simulateCapacity({ gpus, seconds, requests, ...load }: CapacityOptions): Capacity {
  const arrivals = (): Iterable<Arrival> => arrivalsOf({ ...load, swing: SWING, membersPerServer: MEMBERS_PER_SERVER });
  const service = { gpus, seconds, ...LIMITS };
  const fair = serve(arrivals(), { ...service, order: "fair" });
  const byArrival = serve(arrivals(), { ...service, order: "arrival" });
  const pictures = fair.waits.length;
  const busiest = busiestPerSecond(fair.begins);
  return {
    pictures,
    refusedPart: fair.refused / Math.max(1, fair.refused + pictures),
    waits: waitsOf(fair.waits),
    light: waitsOf(lightWaits(fair)),
    lightByArrival: waitsOf(lightWaits(byArrival)),
    requestsPerSecond: requests.map((each) => each * busiest),
    bytesPerDay: PICTURE_BYTES * pictures,
  };
}

function waitsOf(waits: readonly number[]): Waits {
  const sorted = Float64Array.from(waits).sort();
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function lightWaits({ waits, members }: ServiceDay): readonly number[] {
  const counts = new Map<number, number>();
  for (const member of members) counts.set(member, (counts.get(member) ?? 0) + 1);
  return waits.filter((_, n) => counts.get(members[n]!)! <= FEW);
}

/** Of times in their order, the most that lie within the window, a second. */
function busiestPerSecond(times: readonly number[]): number {
  let [most, first] = [0, 0];
  for (const [n, time] of times.entries()) {
    while (times[first]! <= time - WINDOW_SECONDS) first += 1;
    most = Math.max(most, n + 1 - first);
  }
  return most / WINDOW_SECONDS;
}
