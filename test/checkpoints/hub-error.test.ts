/** The hub's refusals, in words for people. */

import { describe, expect, it } from "vitest";

import { entry, expectWhole, hub, install, ofType, REPO, useInstallation } from "./installation.ts";
import { end } from "./local-hub.ts";

useInstallation();

describe("an answer that is an error", () => {
  const answerAll = (status: number, headers: Record<string, string> = {}): void => {
    hub.misbehave = ({ host }, response) => {
      if (host === "hub") end(response, status, headers);
      return host === "hub";
    };
  };

  it.each([
    [
      401,
      {},
      undefined,
      "unauthorized",
      "painters/tiny does not exist, or only opens to people who are signed in: set HF_TOKEN",
    ],
    [401, {}, "hf_x", "unauthorized", "refuses your HF_TOKEN"],
    [403, {}, undefined, "gated", "/painters/tiny, sign in and agree. Then set HF_TOKEN"],
    [403, {}, "hf_x", "gated", "Your HF_TOKEN has not been given access"],
    [401, { "x-error-code": "GatedRepo" }, undefined, "gated", "wants its terms agreed to"],
    [404, { "x-error-code": "RevisionNotFound" }, undefined, "not-found", "no revision main"],
    [404, {}, undefined, "not-found", "does not have painters/tiny"],
    [416, {}, undefined, "range", "shorter than the hub says"],
    [429, { "retry-after": "0" }, undefined, "rate-limited", "HF_TOKEN, which raises the limit"],
    [503, {}, undefined, "server", "in trouble (status 503)"],
    [418, {}, undefined, "protocol", "answered 418"],
  ] as const)("%d %j with token %s is %s", async (status, headers, token, fault, words) => {
    answerAll(status, headers);
    await expect(install({}, { token })).rejects.toMatchObject({
      name: "HubError",
      status,
      fault,
      message: expect.stringContaining(words) as unknown,
    });
  });

  it("never shows the token", async () => {
    answerAll(403);
    await expect(install({}, { token: "hf_secret" })).rejects.toMatchObject({
      message: expect.not.stringContaining("hf_secret") as unknown,
    });
  });

  it("waits and asks again after 429 and 5xx", async () => {
    let answers = 0;
    hub.misbehave = ({ path }, response) => {
      if (!path.includes("/resolve/") || ++answers % 2 === 0) return false;
      end(response, answers % 4 === 1 ? 429 : 502, { "retry-after": "0.01" });
      return true;
    };
    await install({ connections: 1 });
    await expectWhole();
    expect(ofType("retry").length).toBeGreaterThan(5);
    expect(ofType("retry").every(({ delayMs }) => delayMs >= 1 && delayMs <= 20)).toBe(true);
  });

  it("names the files that the revision lacks", async () => {
    hub.files.delete(`${REPO}/unet/weights.safetensors`);
    await expect(install()).rejects.toMatchObject({
      fault: "not-found",
      message: "painters/tiny at revision main has no unet/weights.safetensors.",
    });
  });

  it("does not take a file that differs from the catalogue's own checksum", async () => {
    const [source] = entry.sources;
    const files = [{ path: "unet/weights.safetensors", sha256: "0".repeat(64) }];
    await expect(install({ entry: { ...entry, sources: [{ ...source!, files }] } })).rejects.toMatchObject({
      fault: "corrupt",
    });
  });
});
