/** What a device's answers depend on: the machine's graphics, their drivers, onnxruntime. Read from files, so at once. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import type { ExecutionDevice } from "./devices.ts";

/** Where the loader of Vulkan looks for drivers on Linux. */
const VULKAN_FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
/** Variables that choose other drivers, or make them compute otherwise. */
const VARIABLES = [
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "VK_ADD_DRIVER_FILES",
  "CUDA_DEVICE_ORDER",
  "CUDA_VISIBLE_DEVICES",
  "LP_NATIVE_VECTOR_WIDTH",
];

/**
 * A line that is another one as soon as a card, a driver or onnxruntime is. On macOS drivers come with the system, on
 * Windows each one that is installed changes the store of drivers.
 */
export async function driverFingerprint(device: ExecutionDevice): Promise<string> {
  const require = createRequire(import.meta.url);
  const runtime = path.dirname(require.resolve("onnxruntime-node/package.json"));
  const parts = [
    device,
    (require("onnxruntime-node/package.json") as { version: string }).version,
    `${os.platform()} ${os.arch()} ${os.release()}`,
    ...VARIABLES.map((name) => `${name}=${process.env[name] ?? ""}`),
    ...(await marksOf([path.join(runtime, "bin/napi-v6", os.platform(), os.arch())])),
    ...(os.platform() === "linux" ? await linuxDrivers() : []),
    ...(os.platform() === "win32" ? await marksOf(["C:\\Windows\\System32\\DriverStore\\FileRepository"], 0) : []),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}

/** Cards by their numbers, NVIDIA's version, and each driver of Vulkan with the library it names. */
async function linuxDrivers(): Promise<string[]> {
  const chosen = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].flatMap((name) => process.env[name]?.split(":") ?? []);
  const cards = await listed("/sys/class/drm");
  const ids = cards
    .filter((card) => /^card\d+$/.test(card))
    .flatMap((card) => ["vendor", "device"].map((id) => textOf(`/sys/class/drm/${card}/device/${id}`)));
  const manifests = (await Promise.all(VULKAN_FOLDERS.map(filesIn))).flat().concat(chosen);
  const libraries = await Promise.all(manifests.map(libraryOf));
  return [
    ...(await Promise.all(ids)),
    await textOf("/proc/driver/nvidia/version"),
    ...(await marksOf([...manifests, ...libraries.flat()], 0)),
  ];
}

/** Where the library of a Vulkan driver may lie: its manifest names a path, or a name in the system's folders. */
async function libraryOf(manifest: string): Promise<string[]> {
  const name = /"library_path"\s*:\s*"([^"]+)"/.exec(await textOf(manifest))?.[1];
  if (name === undefined) return [];
  if (name.includes("/")) return [path.resolve(path.dirname(manifest), name)];
  return ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].map((folder) =>
    path.join(folder, name),
  );
}

/** Sizes and times of files, and of what lies in folders `depth` levels down; nothing of what is not there. */
async function marksOf(paths: readonly string[], depth = 1): Promise<string[]> {
  const marks = await Promise.all(
    paths.map(async (file) => {
      const found = await stat(file).catch(() => null);
      if (!found) return [];
      const inside = depth > 0 && found.isDirectory() ? await marksOf(await filesIn(file), depth - 1) : [];
      return [`${file} ${found.size} ${found.mtimeMs}`, ...inside];
    }),
  );
  return marks.flat();
}

const listed = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1));
const filesIn = async (folder: string): Promise<string[]> =>
  (await listed(folder)).map((name) => path.join(folder, name));
const textOf = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");
