/** Which device the networks run on: each one is tried before it is trusted. */
import path from "node:path";
import { text } from "node:stream/consumers";

import { z } from "zod";

import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { ExecutionDevice, NamedDevice } from "../onnx/devices.ts";
import { forkModule } from "../process/fork.ts";
import { type Card, cardEnvironment, countCards, readCard } from "./card.ts";
import { explainCudaFault } from "./cuda-fault.ts";

/**
 * How long a driver may take for one of the trials: a cold one compiles every kernel for the first time, half a minute for
 * each of the slowest on two cores.
 */
const TRIAL_MS = 180_000;

/** How often it is told that trials go on. */
const NEWS_MS = 15_000;

/** The devices beside the CPU that onnxruntime-node has on a platform, best first. */
export const PLATFORM_DEVICES: Partial<Record<NodeJS.Platform, readonly ExecutionDevice[]>> = {
  linux: ["cuda", "webgpu"],
  win32: ["dml", "webgpu"],
  darwin: ["coreml", "webgpu"],
};

const probeReply = z.object({ fault: z.string().nullable() });
const probeNews = z.object({ trial: z.string() });

export interface ProbeOptions {
  /** Which of NVIDIA's cards; default: the first. */
  readonly card?: number | null;
  readonly module?: string;
  /** Without a trial that ends, the driver hangs. */
  readonly timeoutMs?: number;
  /** Where CUDA lies, unless where it is set up. */
  readonly libraries?: string;
  /** A trial is over. */
  readonly onTrial?: (words: string) => void;
  /** Where what comes of it is remembered (`keptTrials`); without it, the device is tried anew. */
  readonly folder?: string;
}

/** Tries one device in a process of its own. @returns why it cannot be used, `null` when it can */
export async function probeDevice(
  device: ExecutionDevice,
  {
    card = null,
    module = path.join(import.meta.dirname, "probe.ts"),
    timeoutMs = TRIAL_MS,
    libraries,
    folder,
    onTrial,
  }: ProbeOptions = {},
): Promise<string | null> {
  const count = card === null ? null : await countCards();
  if (card !== null && count !== null && card >= count) return noSuchCard(count);
  const environment = cardEnvironment(card);
  const child = forkModule(module, folder === undefined ? [device] : [device, folder], { libraries, environment });
  const printed = Promise.all([text(child.stdout!), text(child.stderr!)]).then((parts) => parts.join("\n"));
  const late = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  let reply: unknown = null;
  child.on("message", (message) => {
    const news = probeNews.safeParse(message);
    if (news.success) {
      late.refresh();
      onTrial?.(news.data.trial);
    } else reply = message;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on("error", () => resolve([null, null]));
    child.once("close", (...how) => resolve(how));
  });
  clearTimeout(late);
  const parsed = probeReply.safeParse(reply);
  if (!parsed.success) return child.killed ? "the driver hangs" : `the driver crashed (${signal ?? code})`;
  if (parsed.data.fault === null) return null;
  const known = device === "cuda" ? await readCard(device, { ...process.env, ...environment }) : null;
  return explainFault(device, parsed.data.fault, await printed, known);
}

function noSuchCard(count: number): string {
  if (count === 0) return "there is no NVIDIA card";
  return count === 1
    ? "there is one NVIDIA card, cuda:0"
    : `there are ${count} NVIDIA cards, cuda:0 to cuda:${count - 1}`;
}

/**
 * The device to use: the one that was asked for, or with `auto` the first that passes its self-test, else the CPU. One
 * line in the log says why others were passed over.
 *
 * @throws UserError `device-unavailable` when the one that was asked for does not work
 */
export async function chooseDevice(
  { name, device: wanted, card, setting = "DEVICE" }: NamedDevice & { readonly setting?: string },
  log: Logger,
  probe: (device: ExecutionDevice, options: ProbeOptions) => Promise<string | null> = probeDevice,
): Promise<ExecutionDevice> {
  if (wanted === "cpu") return "cpu";
  if (wanted !== "auto") {
    const fault = await probe(wanted, { card, onTrial: tellNowAndThen(name, log) });
    if (fault === null) return wanted;
    const wayOut =
      setting === "DEVICE"
        ? "Set DEVICE=auto to take the best device that works"
        : `Leave ${setting} out to do without`;
    throw new UserError("device-unavailable", `${setting}=${name} cannot be used: ${fault}. ${wayOut}.`);
  }
  const faults: string[] = [];
  for (const device of PLATFORM_DEVICES[process.platform] ?? []) {
    const fault = await probe(device, { onTrial: tellNowAndThen(device, log) });
    if (fault === null) {
      log.info({ device }, `the networks run on ${device}${passedOver(faults)}`);
      return device;
    }
    faults.push(`${device}: ${fault}`);
  }
  log.info({ device: "cpu" }, `the networks run on the cpu${passedOver(faults)}`);
  return "cpu";
}

/** A driver that is cold takes minutes, in which whoever waits should hear of it. */
function tellNowAndThen(device: string, log: Logger): (trial: string) => void {
  let [told, trials] = [Date.now(), 0];
  return (trial) => {
    trials += 1;
    if (Date.now() - told < NEWS_MS) return;
    told = Date.now();
    log.info({ device, trials }, `${device} is being tried, longer the first time: ${trials} trials so far (${trial})`);
  };
}

const passedOver = (faults: readonly string[]): string => (faults.length === 0 ? "" : ` (${faults.join("; ")})`);

/** The library that the loader of Linux or of Windows did not find. */
const MISSING = /lib[\w+-]+\.so[.\d]*(?=["']?: cannot open shared object)|[\w-]+\.dll(?=["']? which is missing)/i;

/** Puts onnxruntime's words, and what its libraries print, into what is missing and how to get it. */
export function explainFault(
  device: ExecutionDevice,
  fault: string,
  printed: string,
  card: Card | null = null,
): string {
  const all = `${fault}\n${printed}`;
  const library = MISSING.exec(all)?.[0];
  const ofCuda = device === "cuda" ? explainCudaFault(all, library, card) : null;
  if (ofCuda !== null) return ofCuda;
  if (library) return `the library ${library} is missing`;
  if (/Couldn't load Vulkan/i.test(all)) return "the Vulkan loader libvulkan.so.1 is missing";
  if (/Found no drivers|No supported adapters/i.test(all)) return "no graphics driver that WebGPU can use was found";
  if (/backend not found/i.test(all)) return "onnxruntime-node does not have it on this platform";
  return (fault.split("\n")[0] ?? fault).trim();
}
