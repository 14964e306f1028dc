/** Learning that meets a bad moment: cancelled before any pass of a network, a disk that is full, somebody else's turn. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { CancelledError } from "../../../src/errors.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import {
  type InversionState,
  readInversionState,
  writeInversionState,
} from "../../../src/stylize/diffusion/inversion-state.ts";
import { learnStyle } from "../../../src/stylize/diffusion/learn-style.ts";
import { inversionSettings, TextualInversion, type Turn } from "../../../src/stylize/diffusion/textual-inversion.ts";
import type { Learned, LearnHooks, LearnInput } from "../../../src/stylize/stylizer.ts";
import { readReference } from "../../models/reference.ts";
import { useTinyDisk } from "../../store/tiny-disk.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

const DISK_BYTES = 256 << 10;
const disk = useTinyDisk(`${DISK_BYTES >> 10}k`);

let pipeline: Pipeline;
let picture: RgbImage;
let folder: string;
let input: LearnInput;
/** A run of two steps that nothing happened to: passes of networks, the state before its first step and its last. */
let passes = 0;
let first: InversionState;
let whole: InversionState;

const settings = inversionSettings("vector", { seed: 23, size: 64, maxSteps: 2 });
const begin = (turn?: Turn): Promise<TextualInversion> =>
  TextualInversion.begin(pipeline.networks, pipeline.tokenizer, input, settings, turn);
const toTheEnd = async (run: TextualInversion, turn?: Turn): Promise<InversionState> => {
  while (!run.done) await run.step(turn);
  return { ...run.state, losses: run.state.losses.map(Math.fround) };
};

const learn = (changes: Partial<LearnInput> = {}, hooks: LearnHooks = {}): Promise<Learned> => {
  const { networks, tokenizer } = pipeline;
  return learnStyle(networks, tokenizer, new DiffusionStylizer(networks, tokenizer), { ...input, ...changes }, hooks);
};

beforeAll(async () => {
  pipeline = await openPipeline("tiny-v1");
  picture = (await readReference(path.join(pipeline.folder, "learning.safetensors"))).picture("inversion.picture");
  input = {
    picture,
    styleSha256: "a".repeat(64),
    description: null,
    form: "vector",
    size: 64,
    maxSteps: 2,
    statePath: "",
  };
  const count: Turn = async () => void passes++;
  const run = await begin(count);
  first = structuredClone(run.state);
  whole = await toTheEnd(run, count);
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-moments-"));
  input = { ...input, statePath: path.join(folder, "run.safetensors") };
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(() => pipeline.sessions.release());

describe("a run that is cancelled", () => {
  it("at any pass of a network goes on to the same end", async () => {
    // Two encodings, two looks of the text encoder and eight pairs, two steps.
    expect(passes).toBe(2 + 9 + 2 + 9);
    const steps: (number | null)[] = [];
    for (let cut = 1; cut <= passes; cut++) {
      let pass = 0;
      const turn: Turn = async () => {
        if (++pass === cut) throw new CancelledError();
      };
      let run: TextualInversion | null = null;
      const ends = (async () => {
        run = await begin(turn);
        await toTheEnd(run, turn);
      })();
      await expect(ends).rejects.toThrow(CancelledError);
      const left = (run as TextualInversion | null)?.state ?? null;
      steps.push(left?.step ?? null);
      if (left) await writeInversionState(input.statePath, left);
      const { networks, tokenizer } = pipeline;
      const again = left
        ? TextualInversion.resume(networks, tokenizer, picture, await readInversionState(input.statePath))
        : begin();
      expect(await toTheEnd(await again)).toEqual(whole);
    }
    expect(steps).toEqual([...Array<null>(11).fill(null), 0, 1, ...Array<number>(9).fill(2)]);
  });

  it.each([
    ["while it waits for its turn", 1, null],
    ["during the encoding", 2, null],
    ["during the first look", 7, null],
    ["before the first step", 12, 0],
    ["during a later look", 18, 2],
  ])("%s leaves no more than what it had learned", async (_, cut, step) => {
    const abort = new AbortController();
    let pass = 0;
    const giveWay = async (): Promise<void> => {
      if (++pass === cut) abort.abort(new CancelledError());
      abort.signal.throwIfAborted();
    };
    await expect(learn({}, { signal: abort.signal, giveWay })).rejects.toThrow(CancelledError);
    expect(await readdir(folder)).toEqual(step === null ? [] : ["run.safetensors"]);
    if (step !== null) expect((await readInversionState(input.statePath)).step).toBe(step);
  });

  it("keeps what it has learned by the first look, which comes soon", async () => {
    const abort = new AbortController();
    const onStep = (step: number): void => void (step === 12 && abort.abort(new CancelledError()));
    await expect(learn({ maxSteps: 100 }, { signal: abort.signal, onStep })).rejects.toThrow(CancelledError);
    const { best, validations } = await readInversionState(input.statePath);
    expect(best.step).toBe(10);
    expect(best.loss).toBeLessThan(validations[0]!.loss);
  });
});

describe.skipIf(disk === null)("a disk that is full (needs mount)", () => {
  const fill = (bytes: number): Promise<void> => writeFile(path.join(disk!, "filler"), new Uint8Array(bytes));
  const free = (): Promise<void> => rm(path.join(disk!, "filler"), { force: true });
  const diskFull = {
    name: "UserError",
    identifier: "disk-full",
    message: expect.stringMatching(/what was learned could not be saved/) as unknown,
  };

  it("is told of before there is anything to lose", async () => {
    await fill(DISK_BYTES);
    let steps = 0;
    const statePath = path.join(disk!, "run.safetensors");
    await expect(learn({ statePath }, { onStep: () => steps++ })).rejects.toMatchObject(diskFull);
    expect(steps).toBe(0);
    expect(await readdir(disk!)).toEqual(["filler"]);
    await free();
  });

  it("keeps the state that was there, from which the run goes on when there is room", async () => {
    const statePath = path.join(disk!, "run.safetensors");
    await writeInversionState(statePath, first);
    const kept = await readFile(statePath);
    await expect(fill(DISK_BYTES)).rejects.toThrow("ENOSPC");
    await expect(learn({ statePath })).rejects.toMatchObject(diskFull);
    expect(await readFile(statePath)).toEqual(kept);
    expect((await readdir(disk!)).sort()).toEqual(["filler", "run.safetensors"]);

    await free();
    await learn({ statePath });
    expect(await readInversionState(statePath)).toEqual(whole);
    await rm(statePath);
  });

  it("takes no part of a state for the whole", async () => {
    const state = { ...whole, losses: Array<number>(1e4).fill(1) };
    const target = path.join(disk!, "state.safetensors");
    await writeFile(target, "the one before");
    // Room for half of it.
    await fill(DISK_BYTES - 6 * 4096);
    await expect(writeInversionState(target, state)).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await readFile(target, "utf8")).toBe("the one before");
    await free();
  });
});

describe("a run beside others", () => {
  it("shows samples of what it has learned, and puts one off while somebody waits", async () => {
    const samples: [step: number, size: string][] = [];
    const begun: [size: number, step: number][] = [];
    let asked = 0;
    let waited = 0;
    await mkdir(path.join(folder, "samples"));
    const reply = await learn(
      { maxSteps: 51 },
      {
        onBegun: (size, step) => begun.push([size, step]),
        onSample: ({ width, height }, step) => void samples.push([step, `${width}x${height}`]),
        // Somebody comes at the third step of the sample, once.
        isBusy: () => ++asked === 3,
        giveWay: async () => void (asked === 3 && waited++),
      },
    );
    expect(begun).toEqual([[64, 0]]);
    expect(samples).toEqual([[50, "64x64"]]);
    expect(waited).toBeGreaterThan(0);
    expect(asked).toBeGreaterThan(10);
    expect(reply.steps).toBe(51);
    // The way back through the UNet is not kept in memory.
    expect(pipeline.sessions.keys.filter((key) => key.includes("inversion"))).toEqual([]);
  });
});
