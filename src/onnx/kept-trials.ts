/** What came of trying a device, remembered: waking a driver and compiling its kernels takes up to minutes. */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { writeWhole } from "../write-whole.ts";
import type { TryDevice } from "./device-forms.ts";
import type { ExecutionDevice } from "./devices.ts";
import { tryDevice, type TrialResult, trialResultSchema } from "./device-trials.ts";
import { driverFingerprint } from "./driver-fingerprint.ts";
import { TRIAL_NETWORKS } from "./trial-networks.ts";

const keptSchema = z.object({
  fingerprint: z.string(),
  /** What was asked. */
  trials: z.array(z.string()),
  results: z.array(trialResultSchema).nonempty(),
});

/** The questions of today: results for others are asked for again. */
const TRIALS = TRIAL_NETWORKS.map(({ operator, shape, form, other }) =>
  [operator, shape, form, other?.form].join(": "),
);

/** Of a card's number or id, in a file's name. */
const MOST_LETTERS = 100;

export interface KeptTrialsOptions {
  /** Tries a device that is not known, or is not what it was. */
  readonly attempt?: TryDevice;
  readonly fingerprint?: typeof driverFingerprint;
}

/**
 * Tries devices, each once for a card, a driver and an onnxruntime: what comes of it lies in a file for each device. A
 * file that is damaged, or cannot be written, costs another trial.
 *
 * @param folder made when it is needed
 */
export function keptTrials(
  folder: string,
  { attempt = tryDevice, fingerprint = driverFingerprint }: KeptTrialsOptions = {},
): TryDevice {
  const asked = new Map<ExecutionDevice, Promise<readonly TrialResult[]>>();
  return (device) => {
    const answer = asked.get(device) ?? ask(device);
    asked.set(device, answer);
    // A driver that was put right is found the next time.
    answer.catch(() => asked.delete(device));
    return answer;
  };

  async function ask(device: ExecutionDevice): Promise<readonly TrialResult[]> {
    const file = path.join(folder, `${device}${cardOf(device)}.json`);
    const driver = await fingerprint(device);
    const kept = await readFile(file, "utf8").then(parsed, () => null);
    if (kept?.fingerprint === driver && kept.trials.join() === TRIALS.join()) return kept.results;
    const results = await attempt(device);
    const content = JSON.stringify({ fingerprint: driver, trials: TRIALS, results }, null, 2);
    await mkdir(folder, { recursive: true })
      .then(() => writeWhole(file, Buffer.from(content)))
      .catch(() => undefined);
    return results;
  }
}

/** Cards of one machine, each of which a process sees alone, have a file each. */
function cardOf(device: ExecutionDevice): string {
  const visible = device === "cuda" ? process.env["CUDA_VISIBLE_DEVICES"] : undefined;
  return visible ? `-${visible.replaceAll(/[^\w-]+/g, "-").slice(0, MOST_LETTERS)}` : "";
}

function parsed(text: string): z.infer<typeof keptSchema> | null {
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
