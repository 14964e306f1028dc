/** The graphics card: which it is, and what of its memory is free. Asked of its driver; onnxruntime does not say. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import type { ExecutionDevice } from "../onnx/devices.ts";
import { CONTEXT_BYTES } from "../onnx/working-memory.ts";

export interface Card {
  readonly name: string;
  /** Version of its driver: `580.95.05`. */
  readonly driver: string | null;
  /** CUDA's number for what it can do, 8.6 for an RTX 3060; `null` for cards of others. */
  readonly capability: number | null;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

const MIB = 1024 * 1024;
/** A driver that hangs is not waited for. */
const ASK_MS = 15_000;

/**
 * The card that `device` computes on; `null` for the processor, and where no driver says.
 *
 * @param environment of the process that computes
 */
export async function readCard(device: ExecutionDevice, environment = process.env): Promise<Card | null> {
  if (device === "cpu" || device === "coreml") return null;
  return (await askNvidia(environment)) ?? (device === "cuda" ? null : await askAmd());
}

/**
 * What has a process compute on one of NVIDIA's cards: it sees no other, so that whatever opens a session there opens it
 * on this one, and nothing is left on the others.
 *
 * @param card counted as `nvidia-smi` does, among those that `CUDA_VISIBLE_DEVICES` leaves; `null`: whichever is first
 */
export function cardEnvironment(card: number | null): NodeJS.ProcessEnv {
  if (card === null) return {};
  const visible = visibleCards(process.env);
  const id = visible ? (visible[card] ?? "") : String(card);
  // By itself CUDA counts the fastest card first.
  return { CUDA_VISIBLE_DEVICES: id, CUDA_DEVICE_ORDER: process.env["CUDA_DEVICE_ORDER"] ?? "PCI_BUS_ID" };
}

/** How many of NVIDIA's cards there are; `null` where no driver says. */
export async function countCards(): Promise<number | null> {
  return visibleCards(process.env)?.length ?? (await queryNvidia("uuid", process.env))?.length ?? null;
}

async function askNvidia(environment: NodeJS.ProcessEnv): Promise<Card | null> {
  const rows = await queryNvidia("name,driver_version,memory.total,memory.free,compute_cap", environment);
  const [name, driver, total, free, capability] = rows?.[0] ?? [];
  const [totalBytes, freeBytes] = [Number(total) * MIB, Number(free) * MIB];
  if (!name || !driver || !(totalBytes > 0 && freeBytes >= 0)) return null;
  return { name, driver, capability: Number(capability) || null, totalBytes, freeBytes };
}

/** A row of fields for each card; where some are hidden, of the first that is not, which is onnxruntime's device 0. */
async function queryNvidia(fields: string, environment: NodeJS.ProcessEnv): Promise<string[][] | null> {
  const visible = visibleCards(environment)?.[0];
  const args = [`--query-gpu=${fields}`, "--format=csv,noheader,nounits", ...(visible ? [`--id=${visible}`] : [])];
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", args, { timeout: ASK_MS });
    const lines = stdout.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line) => line.split(",").map((field) => field.trim()));
  } catch {
    return null;
  }
}

/** `null`: all of them. */
function visibleCards(environment: NodeJS.ProcessEnv): readonly string[] | null {
  const ids = environment["CUDA_VISIBLE_DEVICES"]?.split(",").map((id) => id.trim());
  return ids?.[0] ? ids : null;
}

/** Linux' amdgpu tells in files. */
async function askAmd(folder = "/sys/class/drm"): Promise<Card | null> {
  for (const entry of (await readdir(folder).catch(() => [])).filter((name) => /^card\d+$/.test(name)).sort()) {
    const read = async (file: string): Promise<number> =>
      Number(await readFile(path.join(folder, entry, "device", file), "utf8").catch(() => Number.NaN));
    const [total, used] = [await read("mem_info_vram_total"), await read("mem_info_vram_used")];
    if (total > 0 && used >= 0)
      return { name: "AMD", driver: null, capability: null, totalBytes: total, freeBytes: total - used };
  }
  return null;
}

/** Other programs open windows meanwhile. */
const OTHERS_PART = 0.04;

/**
 * What networks on a card may hold, bytes: what is free when nothing of ours is open yet, without the driver's own part.
 *
 * @param setting `CARD_MEMORY`, bytes, in place of what is free
 * @returns `null` where nobody says
 */
export function cardBudget(device: ExecutionDevice, card: Card | null, setting: number | undefined): number | null {
  const free = setting ?? (card ? card.freeBytes - OTHERS_PART * card.totalBytes : null);
  return free === null ? null : Math.max(0, free - CONTEXT_BYTES[device]);
}
