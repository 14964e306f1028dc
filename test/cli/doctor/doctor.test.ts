import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

import { startSandbox, type DiscordSandbox } from "@atelier/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CATALOGUE } from "../../../src/checkpoints/catalogue.ts";
import { CheckpointStore } from "../../../src/checkpoints/checkpoint-folder.ts";
import { runDoctor } from "../../../src/cli/doctor.ts";
import { examineCaptioner, examineCheckpoints } from "../../../src/cli/doctor/checkpoints.ts";
import { examineDevices } from "../../../src/cli/doctor/devices.ts";
import { examineDiscord, examineToken, inviteUrl } from "../../../src/cli/doctor/discord.ts";
import { examineFolder, examineMachine, examineMemory, examineNode } from "../../../src/cli/doctor/machine.ts";
import { fault, ok } from "../../../src/cli/doctor/finding.ts";
import { readConfig } from "../../../src/config.ts";
import type { ProbeOptions } from "../../../src/engine/index.ts";
import { FIXTURES } from "../../models/reference.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "atelier-doctor-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("the machine", () => {
  it.each([
    ["18.20.0", "fault"],
    ["20.18.9", "fault"],
    ["20.19.0", "ok"],
    ["22.1.0", "ok"],
    ["24.11.1", "ok"],
    ["25.0.0", "note"],
  ])("Node.js %s is %s", (version, status) => {
    expect(examineNode(version).status).toBe(status);
  });

  it("is told of little memory", () => {
    expect(examineMemory(2e9, 1e9)).toMatchObject({ status: "note", text: "2.0 GB of memory, 1.0 GB unused" });
    expect(examineMemory(16e9, 1e9).status).toBe("ok");
  });

  it("may have folders that are not there yet, but not files in their place", async () => {
    const file = path.join(root, "file");
    await writeFile(file, "");
    expect((await examineFolder("DATA_DIR", path.join(root, "not", "yet"), 1)).status).toBe("ok");
    expect(await examineFolder("DATA_DIR", path.join(file, "data"), 1)).toMatchObject({
      status: "fault",
      text: expect.stringContaining("is not a folder") as unknown,
    });
    expect(await examineFolder("MODELS_DIR", root, 1e18)).toMatchObject({ status: "note" });
  });

  it.skipIf(process.getuid?.() === 0)("must be able to write (skipped for root, who always is)", async () => {
    const folder = path.join(root, "locked");
    await mkdir(folder);
    await chmod(folder, 0o500);
    expect(await examineFolder("DATA_DIR", folder, 1)).toMatchObject({ status: "fault" });
  });

  it("this one is well enough to run its tests", async () => {
    const findings = await examineMachine({ DATA_DIR: root, MODELS_DIR: root });
    expect(findings.map(({ status }) => status)).not.toContain("fault");
  });
});

describe("devices", () => {
  const broken = async (device: string): Promise<string | null> => (device === "cpu" ? null : `no ${device} here`);

  it("that do not work are notes, unless they are asked for", async () => {
    const auto = await examineDevices({ DEVICE: "auto" }, broken);
    expect(auto[0]).toEqual({ status: "ok", text: "cpu computes, and computes right" });
    expect(auto.slice(1).every(({ status }) => status === "note")).toBe(true);
    expect(await examineDevices({ DEVICE: "cuda" }, broken)).toContainEqual({
      status: "fault",
      text: "cuda: no cuda here",
      advice: "DEVICE=cuda asks for it. Set DEVICE=auto to do without.",
    });
  });

  it("are each card of several, by its number", async () => {
    const asked: string[] = [];
    const probe = async (device: string, { card }: ProbeOptions): Promise<string | null> => {
      asked.push(card == null ? device : `${device}:${card}`);
      return card === 1 ? "it is warm" : null;
    };
    const settings = { DEVICE: "cuda:0,cuda:1", CAPTION_DEVICE: "cuda:2" };
    const findings = await examineDevices(settings, probe, async () => 2);
    expect(asked).toEqual(expect.arrayContaining(["cpu", "cuda:0", "cuda:1", "cuda:2"]));
    expect(asked).not.toContain("cuda");
    expect(findings).toContainEqual({
      status: "fault",
      text: "cuda:1: it is warm",
      advice: "DEVICE=cuda:1 asks for it. Set DEVICE=auto to do without.",
    });
    expect(findings).toContainEqual({ status: "ok", text: "cuda:2 computes, and computes right" });
  });

  it("cannot do without the processor", async () => {
    const [cpu] = await examineDevices({ DEVICE: "auto" }, async () => "the driver crashed (SIGILL)");
    expect(cpu).toMatchObject({ status: "fault", text: "cpu: the driver crashed (SIGILL)" });
  });
});

describe("weights", () => {
  const settings = { ENGINE: "auto", CAPTIONER: "auto" } as const;

  it("that are not there are no fault, unless they are asked for", async () => {
    const MODELS_DIR = path.join(root, "none");
    const findings = await examineCheckpoints({ ...settings, MODELS_DIR });
    expect(findings.map(({ status }) => status)).toEqual(["note", "note"]);
    expect(findings[0]!.advice).toContain("atelier models install stable-diffusion-v1-4");
    const asked = await examineCheckpoints({ ENGINE: "diffusion", CAPTIONER: "smolvlm-256m", MODELS_DIR });
    expect(asked.map(({ status }) => status)).toEqual(["fault", "fault"]);
    expect(asked[1]!.advice).toBe("Install it: atelier models install smolvlm-256m");
  });

  it("that were installed are counted, and missed when they are gone", async () => {
    const store = new CheckpointStore(path.join(root, "some"));
    const checksum = { algorithm: "sha256", digest: "0".repeat(64) } as const;
    const files = [{ path: "weights.safetensors", size: 5, checksum }];
    const sources = [{ repo: "a/b", revision: "main", commit: "c".repeat(40) }];
    await store.complete({ name: "taesd", installedAt: new Date(0).toISOString(), sources, files });
    const config = { ...settings, MODELS_DIR: store.folder };
    expect((await examineCheckpoints(config))[0]).toMatchObject({
      status: "fault",
      text: "taesd: weights.safetensors is missing or has another size",
    });
    await writeFile(path.join(store.folderOf("taesd"), "weights.safetensors"), "12345");
    expect((await examineCheckpoints(config))[0]).toEqual({ status: "ok", text: "taesd, 5 B, a/b at cccccccccc" });
  });

  it("over the checkpoint are looked at one by one", async () => {
    const MODELS_DIR = path.join(root, "adapted");
    await mkdir(path.join(MODELS_DIR, "loras"), { recursive: true });
    await mkdir(path.join(MODELS_DIR, "lcm-lora-sd15"));
    const place = (fixture: string, name: string): Promise<void> =>
      symlink(path.join(FIXTURES, fixture), path.join(MODELS_DIR, name));
    await place("tiny-v1", "tiny");
    await place("tiny-v1/loras/peft.safetensors", "loras/inkwash.safetensors");
    await place("tiny-v2/loras/peft.safetensors", "loras/other.safetensors");
    await place("tiny-v1/loras/kohya.safetensors", "lcm-lora-sd15/lora.safetensors");
    const findings = await examineCheckpoints({ ...settings, MODELS_DIR });
    expect(findings.map(({ status, text }) => `${status}: ${text}`).slice(1, 4)).toEqual([
      "ok: LoRA inkwash: changes 72 layers",
      expect.stringMatching(/^fault: The LoRA other cannot be used: it was made for another network: /),
      "ok: LoRA lcm-lora-sd15, makes drafts: changes 106 layers",
    ]);
  });

  it("of StyleShot are told from what draws contours for it, and how that is installed", async () => {
    const MODELS_DIR = path.join(root, "styled");
    await mkdir(path.join(MODELS_DIR, "hed-contours"), { recursive: true });
    await symlink(path.join(FIXTURES, "tiny-v1/styleshot"), path.join(MODELS_DIR, "styleshot-sd15"));
    const examine = () => examineCheckpoints({ ...settings, ENGINE: "embedded", MODELS_DIR });
    expect((await examine())[1]).toEqual({
      status: "note",
      text: "StyleShot paints without the contours of the picture",
      advice: "To keep them: atelier models install hed-contours (29 MB)",
    });
    const detector = "hed-contours/ControlNetHED.pth";
    await symlink(path.join(FIXTURES, "tiny-v1/styleshot/ControlNetHED.pth"), path.join(MODELS_DIR, detector));
    expect((await examine())[1]).toEqual(ok("StyleShot keeps the contours of what it paints"));
  });

  it("of captioners are chosen by name", () => {
    const captioners = CATALOGUE.filter(({ purpose }) => purpose === "captioner");
    const examine = (wanted: string, ...installed: string[]): string =>
      examineCaptioner(wanted, captioners, new Set(installed)).text;
    expect(examine("palette")).toBe("palette describes styles");
    expect(examine("auto", "smolvlm-256m")).toBe("smolvlm-256m describes styles");
    expect(examine("smolvlm-256m", "smolvlm-256m")).toBe("smolvlm-256m describes styles");
    expect(examine("nobody")).toBe("CAPTIONER=nobody is not installed");
  });
});

describe("a token", () => {
  const right = `${Buffer.from("123456789012345678").toString("base64url")}.Gabcde.${"x".repeat(38)}`;

  it("of the right shape is let through", () => {
    expect(examineToken(right)).toBeNull();
  });

  it.each([
    [`"${right}"`, "quotation marks"],
    [`Bot ${right}`, "the word Bot"],
    [`${right} `, "a space"],
    ["a".repeat(32), "client secret"],
    ["123456789012345678", "application's id"],
    ["0f".repeat(32), "public key"],
    ["hello", "does not look like"],
    [right.slice(3), "does not look like"],
    [`${right}.x`, "does not look like"],
  ])("%s: %s", (token, words) => {
    const finding = examineToken(token)!;
    expect(finding).toMatchObject({ status: "fault", text: expect.stringContaining(words) as unknown });
    expect(`${finding.text} ${finding.advice}`).not.toContain(right);
  });

  it("that is not set keeps only the bot from starting", async () => {
    const [finding] = await examineDiscord({ DISCORD_TOKEN: undefined, DISCORD_API_BASE: "http://127.0.0.1:1" });
    expect(finding).toMatchObject({ status: "note", text: expect.stringContaining("is not set") as unknown });
  });
});

describe("Discord", () => {
  let sandbox: DiscordSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  const config = (token: string) => ({ DISCORD_TOKEN: token, DISCORD_API_BASE: sandbox.apiBase });

  it("says whose the token is and what the bot may do", async () => {
    const findings = await examineDiscord(config(sandbox.botToken));
    expect(findings[0]!.text).toMatch(/^the token is that of /);
    expect(findings.map(({ text }) => text).join("\n")).toContain("in one server");
    expect(findings.map(({ status }) => status)).not.toContain("fault");
  });

  it("refuses a token that is not its own", async () => {
    const other = `${Buffer.from("123456789012345678").toString("base64url")}.Gabcde.${"x".repeat(38)}`;
    expect(await examineDiscord(config(other))).toMatchObject([
      { status: "fault", text: "Discord refuses DISCORD_TOKEN" },
    ]);
    const unreachable = { DISCORD_TOKEN: other, DISCORD_API_BASE: "http://127.0.0.1:1" };
    expect(await examineDiscord(unreachable)).toMatchObject([{ status: "fault", advice: "Is this machine online?" }]);
  });

  it("is asked to invite the bot with what it needs", () => {
    expect(inviteUrl("42")).toBe(
      "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=309237763136",
    );
  });
});

describe("atelier doctor", () => {
  it("examines all there is, and ends with 0 where nothing is broken", async () => {
    const lines: string[] = [];
    const environment = { DATA_DIR: path.join(root, "data"), MODELS_DIR: path.join(root, "models") };
    expect(await runDoctor(readConfig(environment), false, (text) => lines.push(text))).toBe(0);
    expect(lines.map((line) => line.trim())).toEqual(
      expect.arrayContaining(["Machine", "Devices", "Weights", "Discord"]),
    );
    expect(lines).toContain("  ✓ cpu computes, and computes right");
    expect(lines.at(-1)).toContain("Nothing is broken.");
  });

  it("ends with 1 where something is, and never shows a secret", async () => {
    const secret = `hf_${"x".repeat(30)}`;
    const sections = [
      ["Machine", async () => [fault(`it is on fire ${secret}`, "Put it out."), ok("it has a fan")]],
    ] as const;
    const run = async (json: boolean): Promise<string> => {
      const lines: string[] = [];
      expect(await runDoctor(readConfig({}), json, (text) => lines.push(text), sections)).toBe(1);
      return lines.join("\n");
    };
    const shown = "Machine\n  ✗ it is on fire [secret]\n    Put it out.\n  ✓ it has a fan\n\nOne thing is broken.";
    expect(stripVTControlCharacters(await run(false))).toBe(shown);
    expect(JSON.parse(await run(true))).toEqual({
      healthy: false,
      report: [
        {
          section: "Machine",
          findings: [
            { status: "fault", text: "it is on fire [secret]", advice: "Put it out." },
            { status: "ok", text: "it has a fan" },
          ],
        },
      ],
    });
  });
});
