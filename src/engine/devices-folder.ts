/** Where is kept what was found out about devices: what came of trying them, and what half precision is too narrow for. */
import path from "node:path";

export const devicesFolder = (dataDir: string): string => path.join(dataDir, "devices");

export const overflowsFile = (dataDir: string): string => path.join(devicesFolder(dataDir), "overflows.json");
