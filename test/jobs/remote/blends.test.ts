/** Pictures in several styles, among workers of which some are older than that. */
import { describe, expect, it } from "vitest";

import type { EngineInfo } from "../../../src/jobs/engine.ts";
import { PROTOCOL, type WorkerReport } from "../../../src/jobs/fleet.ts";
import { lackAmong, lackOf } from "../../../src/jobs/remote/fitness.ts";
import { Roster } from "../../../src/jobs/remote/tasks/roster.ts";

const INFO: EngineInfo = {
  stylizer: "embedded",
  describer: "palette-5",
  describerLabel: "palette",
  styleNetwork: "network",
  safetyChecker: null,
  device: "cpu",
  parallelStages: false,
  largestSide: 1024,
};
const worker = (name: string, info: EngineInfo): WorkerReport => ({
  name,
  protocol: PROTOCOL,
  capabilities: ["paint"],
  info,
  concurrency: 1,
  busy: 0,
});
const [old, young] = [worker("old", INFO), worker("young", { ...INFO, blends: true })];
const plain = { loras: [], size: 512 };
const blend = { ...plain, blend: {} };

describe("a job in several styles", () => {
  it("is for engines that know blends, and waits where there is none", () => {
    expect(lackOf(blend, old.info)).toBe("blends");
    expect(lackOf(blend, young.info)).toBeNull();
    expect(lackOf(plain, old.info)).toBeNull();
    expect(lackAmong(blend, [old])).toBe("blends");
    expect(lackAmong(blend, [old, young])).toBeNull();
  });

  it("is offered where nobody who might get it would paint one style alone", async () => {
    const blends = async (...present: WorkerReport[]): Promise<boolean | undefined> => {
      const roster = new Roster({ present: async () => present });
      await roster.look();
      return roster.info?.blends;
    };
    expect(await blends(young)).toBe(true);
    expect(await blends(young, old)).toBe(false);
    expect(await blends()).toBeUndefined();
  });
});
