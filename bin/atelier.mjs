#!/usr/bin/env node
// Runs the TypeScript sources as they are: no build step, one truth.
import { createRequire } from "node:module";

const asked = process.argv.slice(2);
if (asked.length === 1 && ["--version", "-V"].includes(asked[0])) {
  // Nothing has to be loaded to say this.
  console.log(createRequire(import.meta.url)("../package.json").version);
} else {
  try {
    const { register } = await import("tsx/esm/api");
    register();
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error("atelier: its packages are not installed. Run `npm ci` in its folder first (Node 20.19 or later).");
    process.exit(1);
  }
  await import("../src/cli.ts");
}
