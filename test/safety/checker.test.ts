/** Which checker looks at pictures, and what the small one flags. */
import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { SessionPool } from "../../src/onnx/session-pool.ts";
import { openSafetyChecker } from "../../src/safety/checker.ts";
import { isExplicit, SMALL_CHECKER } from "../../src/safety/small-checker.ts";
import { SAFETY_CHECKER } from "../../src/safety-setting.ts";
import { FIXTURES } from "../models/reference.ts";

const sessions = new SessionPool(1e9);
let models: string;
beforeAll(async () => {
  models = await mkdtemp(path.join(os.tmpdir(), "atelier-checkers-"));
});
afterAll(async () => {
  await rm(models, { recursive: true });
  await sessions.release();
});

const idOf = async (setting: Parameters<typeof openSafetyChecker>[0]): Promise<string | undefined> =>
  (await openSafetyChecker(setting, models, sessions))?.id;

describe("the safety checker of an installation", () => {
  it("is the small one until Stable Diffusion's own is installed, none where it is off, and never one in place of another", async () => {
    expect([await idOf("auto"), await idOf("small"), await idOf("off")]).toEqual([
      SMALL_CHECKER,
      SMALL_CHECKER,
      undefined,
    ]);
    await expect(openSafetyChecker("stable-diffusion", models, sessions)).rejects.toThrow("models install");
    await symlink(path.join(FIXTURES, "tiny-safety-checker"), path.join(models, SAFETY_CHECKER));
    expect([await idOf("auto"), await idOf("stable-diffusion")]).toEqual([SAFETY_CHECKER, SAFETY_CHECKER]);
    expect(await idOf("small")).toBe(SMALL_CHECKER);
  });
});

describe("the small checker", () => {
  it("flags what is porn and hentai together above seven tenths", () => {
    expect(isExplicit({ porn: 0.71, hentai: 0 })).toBe(true);
    expect(isExplicit({ porn: 0, hentai: 0.71 })).toBe(true);
    expect(isExplicit({ porn: 0.36, hentai: 0.36 })).toBe(true);
    expect(isExplicit({ porn: 0.35, hentai: 0.34 })).toBe(false);
  });
});
