/** The heavy work, in processes of its own. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import type { Config } from "../config.ts";
import type { Engine } from "../jobs/engine.ts";
import type { Logger } from "../log.ts";
import type { ExecutionDevice } from "../onnx/devices.ts";
import { chooseDevice, probeDevice } from "./choose-device.ts";
import { EnginePool } from "./engine-pool.ts";
import { type EnginePlan, enginePlans } from "./engine-plans.ts";
import { hasGraphicsCard } from "./graphics-card.ts";
import { devicesFolder } from "./devices-folder.ts";
import { EngineSupervisor, type SupervisorConfig } from "./supervisor.ts";

export { cardEnvironment, countCards } from "./card.ts";
export { PLATFORM_DEVICES, probeDevice, type ProbeOptions } from "./choose-device.ts";

const CHILD = path.join(import.meta.dirname, "child.ts");

type EngineConfig = SupervisorConfig & Pick<Config, "DEVICE"> & Partial<Pick<Config, "CAPTION_DEVICE" | "CONCURRENCY">>;

/**
 * An engine in a forked process, or one on each device of the settings: processes are started by `start()` and again
 * whenever they are gone and needed.
 *
 * @param module what the processes run
 * @example
 * const engine = createEngine(readConfig(), log);
 * const info = await engine.start();
 */
export function createEngine(config: EngineConfig, log: Logger, module = CHILD): Engine {
  const plans = enginePlans(config);
  const describerCrashes = new Map<string, number>();
  const engines = plans.map((plan) => {
    const onIt = plans.length === 1 ? log : log.child({ device: plan.name });
    const place = { card: plan.card, describerCrashes };
    const choose = (): Promise<ExecutionDevice> => deviceOf(plan, config, onIt);
    return { plan, engine: new EngineSupervisor(module, { ...config, ...plan.own }, onIt, choose, place) };
  });
  const [only] = engines;
  return only && engines.length === 1 ? only.engine : new EnginePool(engines, log, config.CONCURRENCY ?? plans.length);
}

async function deviceOf(plan: EnginePlan, config: EngineConfig, log: Logger): Promise<ExecutionDevice> {
  // Waking drivers takes a second or two, for nothing where there is no network that would run on them.
  if (plan.device === "auto" && !(await hasCheckpoints(config.MODELS_DIR))) return "cpu";
  const folder = devicesFolder(config.DATA_DIR);
  return chooseDevice(plan, log, async (device, options) =>
    plan.device === "auto" && device === "webgpu" && !(await hasGraphicsCard())
      ? "there is no graphics card"
      : probeDevice(device, { ...options, folder }),
  );
}

async function hasCheckpoints(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) => entry.isDirectory() || entry.isSymbolicLink());
}
