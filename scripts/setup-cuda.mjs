// Fetches onnxruntime's CUDA provider libraries (NVIDIA GPUs on 64-bit Linux). `npm ci` leaves them out, so that it
// works where only the npm registry can be reached.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { createRequire } from "node:module";

const folder = path.dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
const { status } = spawnSync(process.execPath, ["script/install.js"], {
  cwd: folder,
  stdio: "inherit",
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "true" },
});
if (status === 0) console.log("CUDA provider installed. Check it with: npx atelier doctor");
else console.error("The CUDA provider could not be fetched; Atelier works without it, on the CPU.");
process.exitCode = status ?? 1;
