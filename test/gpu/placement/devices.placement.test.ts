/** That nothing of any network is left to the processor, asked of the providers; prints the table of nodes. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { convertLlava } from "../../../src/caption/llava/convert/index.ts";
import type { DeviceForms } from "../../../src/onnx/device-forms.ts";
import { FUSIONS } from "../../../src/onnx/graph.ts";
import { Graph, op, openSession } from "../../../src/onnx/index.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { FIXTURES } from "../../models/reference.ts";
import { prepareFakeCuda } from "../fake-cuda/prepare.ts";
import { askPlacement, describePlacement, type Question } from "./placement.ts";

/** Two rows of whole numbers summed, which WebGPU has no kernel for. */
async function sumOfIntegers(note?: (text: string) => void): Promise<boolean> {
  const graph = new Graph("sums");
  graph.output("y", op.reduceSum(graph.input("x", "int64", [2, 3]), [1]));
  const recipe = { bytes: 1, open: () => openSession(graph, { device: "webgpu" }) };
  const sessions = new SessionPool(0, note);
  const isSplit = await sessions.use(
    "sums",
    () => recipe,
    async (session) => session.isSplit,
  );
  await sessions.release();
  return isSplit;
}

const fake = await prepareFakeCuda();
const noVulkan = await sumOfIntegers().then(
  () => null,
  () => "WebGPU finds no adapter",
);

const EXACT: DeviceForms = { dtype: "float32", attention: "fused", convolution: "plain", fusions: [] };
const forms = (form: Partial<DeviceForms>): DeviceForms => ({ ...EXACT, ...form });
const PLAIN: readonly DeviceForms[] = [
  forms({}),
  forms({ attention: "explicit", convolution: "padded" }),
  forms({ dtype: "float16" }),
  forms({ dtype: "float16", attention: "explicit", convolution: "padded" }),
];

let root: string;
let folders: Question["folders"];
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "atelier-placement-"));
  folders = {
    checkpoint: path.join(FIXTURES, "tiny-v1"),
    models: path.join(root, "models"),
    captioner: path.join(root, "llava"),
  };
  await mkdir(folders.models);
  await symlink(path.join(FIXTURES, "tiny-taesd"), path.join(folders.models, "taesd"));
  await convertLlava(path.join(FIXTURES, "tiny-llava-original"), folders.captioner);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Prints the table. @returns the lines of networks that are not whole */
async function splitNetworks(question: Omit<Question, "folders">, libraries?: string): Promise<string[]> {
  const placements = await askPlacement({ ...question, folders }, path.join(root, "log"), libraries);
  process.stdout.write(`${placements.map(describePlacement).join("\n")}\n`);
  expect(placements.length).toBeGreaterThanOrEqual(10 * question.forms.length);
  return placements
    .filter(({ fault, nodes }) => fault !== null || Object.keys(nodes).length !== 1)
    .map(describePlacement);
}

const why = (lack: string | null): string => (lack === null ? "" : ` (skipped: ${lack})`);
const lack = typeof fake === "string" ? fake : null;

describe.skipIf(lack)(`on CUDA, over a runtime that computes nothing${why(lack)}`, () => {
  it("every network in every form is whole", async () => {
    const fused = [forms({ fusions: FUSIONS }), forms({ dtype: "float16", fusions: FUSIONS })];
    const libraries = (fake as Exclude<typeof fake, string>).whole;
    expect(await splitNetworks({ device: "cuda", forms: [...PLAIN, ...fused] }, libraries)).toEqual([]);
  });

  it("fused operators take what they are given", async () => {
    const {
      "nhwc-conv float32": single,
      "nhwc-conv float16": half,
      ...others
    } = await runFusions((fake as Exclude<typeof fake, string>).whole);
    for (const said of Object.values(others)) expect(said).toMatch(/^\d+ numbers$/);
    // No plan comes of it, but cuDNN has been told how weights, picture and result lie: channels last.
    for (const said of [single, half]) {
      expect(said).toContain('"dim":[320,64,3,3],"is_pass_by_value":false,"is_virtual":false,"name":"w"');
      expect(said).toContain('"stride":[576,1,192,64]');
      expect(said).toContain('"stride":[12288,1,768,64]');
    }
  });
});

/** What the fused operators' own checks of shapes and types say, and for a convolution what cuDNN is asked for. */
async function runFusions(libraries: string): Promise<Readonly<Record<string, string>>> {
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  const script = path.join(import.meta.dirname, "run-fusions.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script], { env });
  return JSON.parse(stdout) as Record<string, string>;
}

describe.skipIf(noVulkan)(`on WebGPU${why(noVulkan)}`, () => {
  it("every network in every form is whole", async () => {
    const question = { device: "webgpu", forms: [...PLAIN, forms({ fusions: ["bias-split-gelu"] })] } as const;
    expect(await splitNetworks(question)).toEqual([]);
  });

  it("what is left to the processor is told", async () => {
    const told: string[] = [];
    expect(await sumOfIntegers((text) => told.push(text))).toBe(true);
    expect(told).toEqual(["parts of sums run on the processor, as its device has not all of its operators"]);
  });
});
