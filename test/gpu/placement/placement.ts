/** Which node of which network runs where: asked of the execution providers themselves. */
import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import path from "node:path";

import type { DeviceForms } from "../../../src/onnx/device-forms.ts";
import type { ExecutionDevice } from "../../../src/onnx/index.ts";

export interface Placement {
  readonly name: string;
  readonly forms: DeviceForms;
  /** How many nodes each execution provider has. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Of which types those are that were left to the processor. */
  readonly left: readonly string[];
  /** Why it could not be opened with nothing left to the processor. */
  readonly fault: string | null;
}

export interface Question {
  readonly device: ExecutionDevice;
  readonly forms: readonly DeviceForms[];
  readonly folders: { readonly checkpoint: string; readonly models: string; readonly captioner: string };
}

const CHILD = path.join(import.meta.dirname, "ask.ts");

/**
 * Opens every network in every form, in a process of its own.
 *
 * @param log a file: on a pipe that is full, onnxruntime's log falls silent for good
 * @param libraries where the loader looks first
 * @throws when the process breaks down, with the network it broke down at
 */
export async function askPlacement(question: Question, log: string, libraries?: string): Promise<Placement[]> {
  const file = await open(log, "w");
  const env = { ...process.env, ...(libraries !== undefined && { LD_LIBRARY_PATH: libraries }) };
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, JSON.stringify(question)], {
    env,
    stdio: ["ignore", "ignore", file.fd],
  });
  const code = await new Promise((resolve) => child.once("close", (status, signal) => resolve(signal ?? status)));
  await file.close();
  const parts = (await readFile(log, "utf8")).split("\n@@BEGIN ").slice(1);
  if (code !== 0) throw new Error(`ended with ${String(code)} at ${parts.at(-1)?.split("\n", 1)[0]}: see ${log}`);
  return parts.map(readPart);
}

/** The newest table counts: a network that could not be opened whole is opened again. */
function readPart(part: string): Placement {
  const [head, ...lines] = part.split("\n") as [string, ...string[]];
  const { name, forms } = JSON.parse(head) as Pick<Placement, "name" | "forms">;
  let nodes: Record<string, number> = {};
  let left: string[] = [];
  let fault: string | null = null;
  let provider = "";
  for (const line of lines) {
    if (line.startsWith("@@END ")) fault = (JSON.parse(line.slice(6)) as { fault: string | null }).fault;
    if (line.includes("] Node placements")) [nodes, left] = [{}, []];
    const place = /placed on \[(\w+)ExecutionProvider\]\. Number of nodes: (\d+)/.exec(line);
    if (place) nodes[(provider = place[1]!)] = Number(place[2]);
    const type = /VerifyEachNodeIsAssignedToAnEp\]\s+(\w+) \(/.exec(line)?.[1];
    if (type !== undefined && provider === "CPU") left.push(type);
  }
  return { name, forms, nodes, left, fault };
}

/** A line for people: the network, its form, how many nodes are where, and which are left to the processor. */
export function describePlacement({ name, forms, nodes, left, fault }: Placement): string {
  const places = Object.entries(nodes).map(([provider, count]) => `${count} on ${provider}`);
  const what = left.length === 0 ? "" : ` (${left.toSorted().join(", ")})`;
  const form = Object.values(forms).flat().join(" ");
  return `${name}, ${form}: ${places.join(", ")}${what}${fault === null ? "" : `; ${fault}`}`;
}
