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
