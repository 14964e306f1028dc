import { describe, expect, it } from "vitest";

import { ConfigError, readConfig } from "../../src/config.ts";
import { redact } from "../../src/log.ts";

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

  it("takes tokens out of logged text", () => {
    const token = `${"A".repeat(24)}.${"b".repeat(6)}.${"c".repeat(38)}`;
    expect(redact(`login with ${token} failed`)).toBe("login with [secret] failed");
  });
});
