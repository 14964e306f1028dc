import { describe, expect, it } from "vitest";

import { expectPathsThere } from "../../src/cli/study-run.ts";
import { expectOneKind } from "../../src/cli/study-workers.ts";
import type { EngineInfo } from "../../src/jobs/engine.ts";
import type { WorkerReport } from "../../src/jobs/fleet.ts";
import type { Job, Painter } from "../../src/jobs/job.ts";
import { Machines, repeatableWords } from "../../src/study/machines.ts";
import { OverWorkers, type OverWorkersParts } from "../../src/study/over-workers.ts";

const painter: Painter = {
  name: "attic",
  atelier: "1.0.0",
  parts: "both",
  precision: "auto",
  stepCache: "off",
  node: "v20.19.0",
  platform: "linux x64",
  processor: "Ryzen",
  device: "cpu",
};

const worker = (over: Partial<WorkerReport> = {}, info: Partial<EngineInfo> = {}): WorkerReport => ({
  name: "attic",
  protocol: 1,
  capabilities: ["paint", "caption", "learn"],
  concurrency: 1,
  busy: 0,
  ...over,
  info: {
    stylizer: "embedded",
    describer: "palette",
    describerLabel: "Palette",
    styleNetwork: "likeness",
    safetyChecker: null,
    device: "cpu",
    parallelStages: false,
    ...info,
  },
});

describe("the workers that a study is painted by", () => {
  const refused = (workers: readonly WorkerReport[], wanted: Parameters<typeof expectOneKind>[1] = "auto") => {
    try {
      expectOneKind(workers, wanted);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("have to be there, and of one kind", () => {
    expect(refused([worker(), worker({ name: "cellar", capabilities: ["paint"] })], "embedded")).toBeNull();
    expect(refused([])).toContain("No worker that paints or looks at pictures is there");
    expect(refused([worker({ capabilities: ["paint"] })])).toContain("No worker that looks at pictures is there");
    expect(refused([worker(), worker({}, { stylizer: "diffusion" })])).toContain("two studies in one");
    expect(refused([worker(), worker({}, { describer: "llava" })])).toContain("two kinds of words");
    expect(refused([worker()], "diffusion")).toBe("The workers paint by embedded, not by diffusion.");
  });

  it("are refused, by name, where they are of another version or have other settings", () => {
    const plan = { atelier: "1.0.0", engine: { parts: "both", precision: "auto", stepCache: "off" } } as const;
    const parts = { plan, queue: { subscribe: () => () => undefined } } as unknown as OverWorkersParts;
    const over = new OverWorkers(parts);
    const painted = (by?: Painter) => ({ result: { ...(by && { painter: by }) } }) as unknown as Job;
    expect(() => over.accept(painted(painter))).not.toThrow();
    expect(() => over.accept({ result: null } as Job)).not.toThrow();
    expect(() => over.accept(painted())).toThrow("A worker of another version of Atelier");
    expect(() => over.accept(painted({ ...painter, atelier: "0.9.0" }))).toThrow("attic is of Atelier 0.9.0");
    expect(() => over.accept(painted({ ...painter, precision: "fp32" }))).toThrow(
      "The precision of the worker attic is fp32, and this study's is auto.",
    );
  });

  it("learn nothing for it", () => {
    expect(() => expectPathsThere(["attention", "adapter"])).not.toThrow();
    expect(() => expectPathsThere(["attention", "adapter-token"])).toThrow("adapter-token takes a learned style");
  });
});

describe("the machines of a study", () => {
  it("have names of their own, also where two are called the same", () => {
    const machines = new Machines();
    const names = [painter, { ...painter, processor: "Xeon" }, painter].map((each) => machines.nameOf(each));
    expect(names).toEqual(["attic", "attic (2)", "attic"]);
    expect(machines.list.map(({ name, processor }) => [name, processor])).toEqual([
      ["attic", "Ryzen"],
      ["attic (2)", "Xeon"],
    ]);
  });

  it("say where the same bytes come of it again", () => {
    const own = { node: "v20.19.0", platform: "linux x64", processor: "Ryzen", device: "cpu" };
    expect(repeatableWords([], own)).toMatch(/^The same command gives the same bytes on this kind of machine: Ryzen, /);
    const alike = [
      { ...own, name: "attic" },
      { ...own, name: "cellar" },
    ];
    expect(repeatableWords(alike, own)).toBe(repeatableWords([], own));
    expect(repeatableWords([...alike, { ...own, name: "shed", processor: "Xeon" }], own)).toMatch(
      /^2 kinds of machines painted this study, .*: Ryzen, linux x64, cpu, Node v20.19.0; Xeon, /,
    );
  });
});
