import { describe, expect, it } from "vitest";

import { ConfigError, readConfig } from "../src/config.ts";
import { redact } from "../src/log.ts";

describe("settings", () => {
  it("has a default for everything but the token", () => {
    const config = readConfig({});
    expect(config.DISCORD_TOKEN).toBeUndefined();
    expect(config.DISCORD_API_BASE).toBe("https://discord.com/api");
    expect(config.ENGINE).toBe("auto");
  });

  it("treats an empty value as not set", () => {
    expect(readConfig({ ENGINE: "", DISCORD_TOKEN: "" })).toEqual(readConfig({}));
  });

  it("names every fault at once, one line each", () => {
    const faulty = { ENGINE: "gpu", JOBS_PER_USER: "many", DISCORD_API_BASE: "ftp://x", MAX_UPLOAD_MB: "-1" };
    try {
      readConfig(faulty);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      const { faults } = error as ConfigError;
      expect(faults).toHaveLength(4);
      for (const name of Object.keys(faulty)) expect(faults.join("\n")).toContain(name);
    }
  });

  it.each(["CAPTION_TOKENS", "RESULT_SIZE", "JOBS_PER_USER", "JOBS_PER_GUILD", "CONCURRENCY"] as const)(
    "takes only whole numbers for %s, which counts",
    (name) => {
      expect(() => readConfig({ [name]: "64.5" })).toThrow(new ConfigError([`${name} must be a whole number`]));
      expect(readConfig({ [name]: "64" })[name]).toBe(64);
    },
  );

  it.each([
    [{ DEVICE: "cuda:0,cuda:1" }, 2],
    [{ DEVICE: "cpu, cpu" }, 2],
    [{ DEVICE: "cuda:0,cpu", CONCURRENCY: "1" }, 1],
    [{ DEVICE: "cuda:0", CAPTION_DEVICE: "cuda:1" }, 1],
    [{ DEVICE: "cuda:0,cuda:1", CAPTION_DEVICE: "cuda:1" }, 2],
    [{ CAPTION_DEVICE: "cpu" }, 1],
    [{}, 1],
  ])("paints one picture on each device: %j", (settings, pictures) => {
    expect(readConfig(settings).CONCURRENCY).toBe(pictures);
  });

  it.each([
    [
      { DEVICE: "gpu" },
      "DEVICE must be one of auto, cpu, cuda, webgpu, dml, coreml, or several cards such as cuda:0,cuda:1",
    ],
    [{ DEVICE: "cuda:0,cuda:0" }, "DEVICE names cuda:0 twice"],
    [{ DEVICE: "cuda:1,cuda:01" }, "DEVICE names cuda:1 twice"],
    [{ DEVICE: "webgpu,webgpu" }, "DEVICE names webgpu twice"],
    [{ DEVICE: "cuda,cuda:1" }, "DEVICE must give each card its number: cuda:0,cuda:1"],
    [{ DEVICE: "auto,cpu" }, "DEVICE cannot have auto beside other devices"],
    [{ DEVICE: "webgpu:1" }, "DEVICE cannot have webgpu:1: only cuda takes a number"],
    [{ DEVICE: "cuda:-1" }, "DEVICE cannot have cuda:-1: cards are counted from cuda:0 on"],
    [{ DEVICE: Array(65).fill("cpu").join() }, "DEVICE may name at most 64 devices"],
    [{ CAPTION_DEVICE: "cpu,cpu" }, "CAPTION_DEVICE must be one device, such as cuda:1 or cpu"],
    [{ CAPTION_DEVICE: "cuda:1" }, "CAPTION_DEVICE needs a DEVICE that says which card paints"],
    [{ DEVICE: "cuda:0", CAPTION_DEVICE: "cuda" }, "CAPTION_DEVICE must give each card its number: cuda:0,cuda:1"],
    [
      { DEVICE: "cpu", CAPTION_DEVICE: "auto" },
      "CAPTION_DEVICE cannot be auto: leave it out, and pictures are described where they are painted",
    ],
  ])("refuses devices that cannot work side by side: %j", (settings, words) => {
    expect(() => readConfig(settings)).toThrow(new ConfigError([words]));
  });

  it("says one thing about a setting", () => {
    expect(() => readConfig({ JOBS_PER_USER: "0.5" })).toThrow(
      new ConfigError(["JOBS_PER_USER must be a whole number"]),
    );
    expect(readConfig({ STAGE_MINUTES: "0.5" }).STAGE_MINUTES).toBe(0.5);
  });

  it("takes tokens out of logged text", () => {
    const token = `${"A".repeat(24)}.${"b".repeat(6)}.${"c".repeat(38)}`;
    expect(redact(`login with ${token} failed`)).toBe("login with [secret] failed");
  });
});
