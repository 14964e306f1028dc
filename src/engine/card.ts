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

/** The card that `device` computes on; `null` for the processor, and where no driver says. */
export async function readCard(device: ExecutionDevice): Promise<Card | null> {
  if (device === "cpu" || device === "coreml") return null;
  return (await askNvidia()) ?? (device === "cuda" ? null : await askAmd());
}

async function askNvidia(): Promise<Card | null> {
  // The first one visible is onnxruntime's device 0.
  const visible = process.env["CUDA_VISIBLE_DEVICES"]?.split(",")[0]?.trim();
  const query = "--query-gpu=name,driver_version,memory.total,memory.free,compute_cap";
  const args = [query, "--format=csv,noheader,nounits", ...(visible ? [`--id=${visible}`] : [])];
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", args, { timeout: ASK_MS });
    const [name, driver, total, free, capability] = stdout
      .split("\n")[0]!
      .split(",")
      .map((field) => field.trim());
    const [totalBytes, freeBytes] = [Number(total) * MIB, Number(free) * MIB];
    if (!name || !driver || !(totalBytes > 0 && freeBytes >= 0)) return null;
    return { name, driver, capability: Number(capability) || null, totalBytes, freeBytes };
  } catch {
    return null;
  }
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
