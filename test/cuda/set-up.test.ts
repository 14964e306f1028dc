/** Setting CUDA up, from an index and a NuGet that run here. */
import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { setUpCuda, type SetUpOptions } from "../../src/cuda/set-up.ts";
import { cudaEnvironment, RUNTIME_LIBRARY, RUNTIME_VERSION } from "../../src/cuda-folder.ts";
import { packageOf, PackageServers } from "./package-servers.ts";

const LIBRARIES = [{ project: "nvidia-cublas", version: "13.4.1", wanted: /\/libcublas(?:Lt)?\.so\.13$/ }];
const cublas = packageOf({ "nvidia/cu13/lib/libcublas.so.13": "cublas".repeat(500), "nvidia/cu13/include/x.h": "no" });
/** The provider says which CUDA it wants by the libraries that it names. */
const provider = (folder: string, cuda: number, from: string): Buffer =>
  packageOf({
    [`${folder}/libonnxruntime_providers_cuda.so`]: `${from}\0libcudart.so.${cuda}\0`,
    [`${folder}/libonnxruntime_providers_shared.so`]: "shared",
    [`${folder}/libonnxruntime_providers_tensorrt.so`]: "not wanted",
  });

let servers: PackageServers;
let root: string;
let said: string[];
beforeEach(async () => {
  servers = await PackageServers.start();
  root = await mkdtemp(path.join(tmpdir(), "atelier-cuda-"));
  said = [];
  servers.wheels.set("nvidia-cublas", { version: "13.4.1", bytes: cublas });
  const bytes = provider("onnxruntime/capi", 13, "PyPI");
  servers.wheels.set("onnxruntime-gpu", { version: RUNTIME_VERSION, bytes });
});
afterEach(async () => {
  await servers.stop();
  await rm(root, { recursive: true, force: true });
});

const hasNuget = (cuda: number): unknown =>
  servers.nugets.set("microsoft.ml.onnxruntime.gpu.linux", {
    version: RUNTIME_VERSION,
    bytes: provider("runtimes/linux-x64/native", cuda, "NuGet"),
  });

const setUp = (more: Partial<SetUpOptions> = {}): Promise<string> =>
  setUpCuda({
    folder: path.join(root, "cuda", "1"),
    index: servers.index,
    nuget: servers.nuget,
    libraries: LIBRARIES,
    retry: { tries: 1, pauses: { firstMs: 1, longestMs: 1 } },
    say: (text) => said.push(text),
    ...more,
  });

const providerIn = async (folder: string): Promise<string> =>
  (await readFile(path.join(folder, "libonnxruntime_providers_cuda.so"), "latin1")).split("\0")[0]!;

describe("setting CUDA up", () => {
  it("takes the provider from NuGet and the libraries from Python's index, whole, beside a link to onnxruntime", async () => {
    hasNuget(13);
    await mkdir(path.join(root, "cuda", "0"), { recursive: true });
    const folder = await setUp();
    expect(await providerIn(folder)).toBe("NuGet");
    expect((await readdir(folder)).filter((name) => name.startsWith("lib"))).toEqual([
      "libcublas.so.13",
      "libonnxruntime.so.1",
      "libonnxruntime_providers_cuda.so",
      "libonnxruntime_providers_shared.so",
    ]);
    expect(await readFile(path.join(folder, "libcublas.so.13"), "utf8")).toBe("cublas".repeat(500));
    expect(await readlink(path.join(folder, "libonnxruntime.so.1"))).toBe(RUNTIME_LIBRARY);
    expect(await readdir(path.dirname(folder))).toEqual(["1"]);
    expect(servers.fetched.map((each) => each.path)).not.toContain(expect.stringContaining("onnxruntime_gpu"));
    const before = servers.fetched.length;
    await setUp();
    expect(servers.fetched).toHaveLength(before);
  });

  it.each([
    ["is away", () => undefined, /NuGet is done without: 127\.0\.0\.1:\d+ answers 404/],
    ["has one for another CUDA", () => hasNuget(12), /NuGet is done without: .* not for CUDA 13/],
  ])("takes the provider from Python's index where NuGet %s", async (_, prepare, words) => {
    prepare();
    expect(await providerIn(await setUp())).toBe("PyPI");
    expect(said.join("\n")).toMatch(words);
  });

  it("goes on where it broke off", async () => {
    servers.breakAfter = 100;
    const broken = setUp();
    await expect(broken).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(
        /^CUDA could not be fetched\. .* What has arrived is kept: the same command goes on\.$/,
      ) as unknown,
    });
    expect(await readdir(path.join(root, "cuda"))).toEqual(["1.part", "downloads"]);
    expect(await providerIn(await setUp())).toBe("PyPI");
    const wheels = servers.fetched.filter((each) => each.path.includes("nvidia"));
    expect(wheels.every(({ path: name }) => name.endsWith("x86_64.whl"))).toBe(true);
  });

  it("takes nothing that is not what its checksum says", async () => {
    servers.damage = Buffer.from(cublas.map((byte) => byte ^ 1));
    await expect(setUp()).rejects.toMatchObject({ name: "UserError", identifier: "cuda-not-fetched" });
    expect(await readdir(path.join(root, "cuda"))).not.toContain("1");
  });

  it("asks for room before it fetches anything", async () => {
    await expect(setUp({ free: async () => 1e8 })).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/has 100 MB free, but CUDA needs 256 MB\. Free some room there\./) as unknown,
    });
    expect(servers.fetched).toEqual([]);
  });

  it("says in one line that nobody can be reached", async () => {
    const nobody = "http://127.0.0.1:1";
    await expect(setUp({ index: `${nobody}/simple`, nuget: `${nobody}/v3/index.json` })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^CUDA could not be fetched\. 127\.0\.0\.1:1 cannot be reached \([^\n]+$/,
      ) as unknown,
    });
  });

  it.skipIf(process.platform !== "linux")("is found by children, before what the user has (Linux)", async () => {
    const folder = await setUp();
    expect(cudaEnvironment(folder, undefined)).toEqual({ LD_LIBRARY_PATH: folder });
    expect(cudaEnvironment(folder, "/opt/own")).toEqual({ LD_LIBRARY_PATH: `${folder}:/opt/own` });
    expect(cudaEnvironment(root, "/opt/own")).toEqual({});
  });
});
