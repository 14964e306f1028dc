/** `atelier bench capacity`: how many graphics cards an installation needs. */
import { type Capacity, type Installation, simulateCapacity, USUAL_INSTALLATIONS } from "../../bench/capacity.ts";

export interface CapacityCommand extends Partial<Installation> {
  readonly seconds: number;
  readonly requests: readonly number[];
  readonly seed: number;
  readonly json: boolean;
}

type Row = Installation & Capacity;

/** The installation that is asked for, or where nothing of one is said, each of the usual ones. */
export function capacity({ json, seconds, requests, seed, servers, gpus, perDay }: CapacityCommand): void {
  const isAsked = servers !== undefined || gpus !== undefined || perDay !== undefined;
  const asked = { servers: servers ?? 1000, gpus: gpus ?? 1, perDay: perDay ?? 2 };
  const rows: Row[] = [];
  if (!json) console.log(heading(requests));
  for (const installation of isAsked ? [asked] : USUAL_INSTALLATIONS) {
    const row = { ...installation, ...simulateCapacity({ ...installation, seconds, requests, seed }) };
    rows.push(row);
    if (!json) console.log(line(cells(row)));
  }
  if (json) console.log(JSON.stringify({ seconds, requests, seed, rows }, null, 2));
}

const COLUMNS = [
  "servers",
  "GPUs",
  "a day",
  "painted",
  "refused",
  "wait p50",
  "p95",
  "p99",
  "light p95",
  "FIFO",
] as const;
const WIDTH = 10;

const heading = (requests: readonly number[]): string =>
  line([...COLUMNS, `REST/s at ${requests.join("|")}`, "GB a day"]);

const cells = (row: Row): readonly string[] => [
  String(row.servers),
  String(row.gpus),
  String(row.perDay),
  String(row.pictures),
  `${(100 * row.refusedPart).toFixed(1)} %`,
  ...[row.waits.p50, row.waits.p95, row.waits.p99, row.light.p95, row.lightByArrival.p95].map(duration),
  row.requestsPerSecond.map((rate) => rate.toFixed(rate < 10 ? 1 : 0)).join(" | "),
  (row.bytesPerDay / 1e9).toFixed(0),
];

const line = (texts: readonly string[]): string =>
  texts.map((text, n) => text.padStart(n === COLUMNS.length ? 2 * WIDTH : WIDTH)).join("");

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
