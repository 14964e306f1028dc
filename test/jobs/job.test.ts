import { describe, expect, it } from "vitest";

import { isJobId, newJobId } from "../../src/jobs/job-id.ts";
import { JOB_STATES, isSettled } from "../../src/jobs/job.ts";
import { statesBefore } from "../../src/jobs/transitions.ts";

describe("job ids", () => {
  it("fit a custom id, sort by creation, and stay ascending when the clock is set back", () => {
    const ids = [newJobId(), newJobId(), newJobId(Date.now() - 60_000), newJobId(), newJobId(Date.now() + 5)];
    expect(ids.every(isJobId)).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(isJobId("../../etc/passwd")).toBe(false);
    expect(isJobId(ids[0]!.toLowerCase())).toBe(false);
  });
});

describe("moves", () => {
  it("never leave a settled state, and always can reach cancelled and failed", () => {
    for (const from of JOB_STATES) {
      for (const to of JOB_STATES) {
        if (isSettled(from)) expect(statesBefore(to)).not.toContain(from);
        else if (to === "cancelled" || to === "failed") expect(statesBefore(to)).toContain(from);
      }
    }
    expect(statesBefore("done")).toEqual(["stylizing"]);
  });
});
