/** How busy the engines of this process are, and how often one had to be started again. */
import { Counter, type Registry } from "prom-client";

import { onEngineWork } from "../engine/engine-work.ts";
import { askedGauges } from "./asked-gauge.ts";

/** What a device works on, and since when it does without a pause. */
interface Busy {
  tasks: number;
  since: number;
}

/** @returns a function that ends the measuring */
export function measureEngine(registry: Registry): () => void {
  const registers = [registry];
  const devices = new Map<string, Busy>();
  const busySeconds = new Counter({
    name: "atelier_engine_busy_seconds_total",
    help: "Time in which a device had at least one task; its rate is the share of time that the device is busy.",
    labelNames: ["device"],
    registers,
    collect() {
      for (const [device, busy] of devices) count(device, busy);
    },
  });
  const count = (device: string, busy: Busy): void => {
    const now = performance.now();
    if (busy.tasks > 0) busySeconds.inc({ device }, (now - busy.since) / 1000);
    busy.since = now;
  };
  const tasks = { name: "atelier_engine_tasks", help: "Tasks that a device works on now.", label: "device" };
  askedGauges(registry, tasks, () => [...devices].map(([device, busy]) => [device, busy.tasks]));
  const restarts = new Counter({
    name: "atelier_engine_restarts_total",
    help: "Engine processes that were lost: crashed by themselves, or killed because a task did not stop.",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of ["crashed", "killed"]) restarts.inc({ reason }, 0);
  const stalls = new Counter({
    name: "atelier_engine_stalls_total",
    help: "Tasks that were stopped because they took longer than STAGE_MINUTES.",
    registers,
  });
  return onEngineWork((work) => {
    if (work.type === "lost") return restarts.inc({ reason: work.reason });
    if (work.type === "stalled") return stalls.inc();
    const busy = devices.get(work.device) ?? { tasks: 0, since: 0 };
    devices.set(work.device, busy);
    count(work.device, busy);
    busy.tasks += work.type === "begun" ? 1 : -1;
  });
}
