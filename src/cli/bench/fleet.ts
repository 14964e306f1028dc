/** `atelier bench fleet`: what several machines' queue takes, over both servers. */
import { benchFleet, type FleetFigures } from "../../bench/fleet.ts";
import { atMost, heading, ms, row, seconds } from "./print.ts";

export interface FleetBenchCommand {
  /** That wait when the workers start. */
  readonly jobs: number;
  readonly json: boolean;
}

const NAMES: Readonly<Record<FleetFigures["server"], string>> = { postgres: "PostgreSQL", redis: "Redis" };

/** Jobs that a member may be ahead of another one who waits too. */
const MOST_LEAD = 10;
/** Connections of a worker. */
const MOST_CONNECTIONS = 3;
/** That a worker takes to begin, once others may have the job, seconds. */
const BEGINNING = 2;

export async function fleet({ jobs, json }: FleetBenchCommand): Promise<void> {
  await benchFleet(jobs, json ? (figures) => console.log(JSON.stringify(figures)) : print);
}

function print(figures: FleetFigures): void {
  const { server, jobs, workers, atOnce, enqueueMs, workerMb, recoverySeconds, lockSeconds, checkSeconds } = figures;
  heading(`${jobs} jobs with the queue in ${NAMES[server]}, ${workers} workers of ${atOnce} pictures at once`);
  row("enqueue (p50, p99)", `${ms(enqueueMs.p50)}, ${ms(enqueueMs.p99)}`);
  row("places of 25 jobs", ms(figures.placesMs));
  row("jobs a second", figures.jobsPerSecond.toFixed(0));
  row("all drained", seconds(figures.drainedSeconds));
  row("not done, or begun twice", String(figures.notOnce), atMost(figures.notOnce, 0, "jobs"));
  row("largest lead among who waits", String(figures.largestLead), atMost(figures.largestLead, MOST_LEAD, "jobs"));
  const goal = lockSeconds + checkSeconds + BEGINNING;
  row("begun again after SIGKILL", seconds(recoverySeconds), atMost(recoverySeconds, Number(goal.toFixed(1)), "s"));
  row("that, of lock and check", (recoverySeconds / (lockSeconds + checkSeconds)).toFixed(2));
  row("cancel", ms(figures.cancelMs));
  const { connectionsPerWorker: connections } = figures;
  row("connections of a worker to PostgreSQL", String(connections), atMost(connections, MOST_CONNECTIONS, "each"));
  row("memory of a worker beside its engine", `${Math.min(...workerMb)} to ${Math.max(...workerMb)} MB`);
  row("memory of whoever queues", `${figures.botMb} MB`);
}
