/** Where what came of trying devices is remembered. */
import path from "node:path";

export const trialsFolder = (dataDir: string): string => path.join(dataDir, "devices");
