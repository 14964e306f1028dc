/** The heavy work, in a process of its own. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import type { Config } from "../config.ts";
import type { Engine } from "../jobs/engine.ts";
import type { Logger } from "../log.ts";
import { chooseDevice, probeDevice } from "./choose-device.ts";
import { hasGraphicsCard } from "./graphics-card.ts";
import { devicesFolder } from "./devices-folder.ts";
import { EngineSupervisor, type SupervisorConfig } from "./supervisor.ts";

export { PLATFORM_DEVICES, probeDevice } from "./choose-device.ts";

/**
 * An engine in a forked process, which is started by `start()` and again whenever it is gone and needed.
 *
 * @example
 * const engine = createEngine(readConfig(), log);
 * const info = await engine.start();
 */
export function createEngine(config: SupervisorConfig & Pick<Config, "DEVICE">, log: Logger): Engine {
  const module = path.join(import.meta.dirname, "child.ts");
  return new EngineSupervisor(module, config, log, async () => {
    // Waking drivers takes a second or two, for nothing where there is no network that would run on them.
    if (config.DEVICE === "auto" && !(await hasCheckpoints(config.MODELS_DIR))) return "cpu";
    const folder = devicesFolder(config.DATA_DIR);
    return chooseDevice(config.DEVICE, log, async (device) =>
      config.DEVICE === "auto" && device === "webgpu" && !(await hasGraphicsCard())
        ? "there is no graphics card"
        : probeDevice(device, { folder }),
    );
  });
}

async function hasCheckpoints(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.some((entry) => entry.isDirectory() || entry.isSymbolicLink());
}
