/** `atelier demo`: the bot against the sandbox, without any Discord account. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { Command } from "commander";

import { UserError } from "../../errors.ts";
import { numberBetween } from "../options.ts";
import { progressLine } from "../progress.ts";

const PORT = 8787;

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("run the bot against a Discord on this machine, with a web page to try it in")
    .option("--port <n>", "port of the page", numberBetween(0, 65_535, true), PORT)
    .option("--once", "run one whole /stylize by itself and write it to --out", false)
    .option("--out <dir>", "where --once writes pictures and transcript", "out")
    .action(async ({ once, port, out }: { once: boolean; port: number; out: string }) => {
      if (once) await runOnce(path.resolve(out));
      else await runPage(port);
    });
}

async function runOnce(out: string): Promise<void> {
  const [{ openStage }, { rehearse }] = await Promise.all([import("./stage.ts"), import("./rehearsal.ts")]);
  const bar = progressLine();
  bar.show(0, 6, "The bot starts");
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-demo-"));
  const stage = await openStage({ port: 0, dataDir });
  try {
    const written = await rehearse(stage.discord, out, bar);
    bar.stop();
    for (const file of written) console.log(path.relative(process.cwd(), file));
  } finally {
    bar.stop();
    await stage.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runPage(port: number): Promise<void> {
  const { openStage } = await import("./stage.ts");
  console.log("Starting a Discord on this machine, and the bot…");
  const stage = await openStage({ port, dataDir: path.resolve("data/demo") }).catch((error: unknown) => {
    throw portRefusal(error, port) ?? error;
  });
  console.log(`\nAtelier is ready. Open ${stage.discord.address} and type /stylize\n(Ctrl-C ends it.)`);
  const interrupted = new Promise<"interrupted">((resolve) => {
    process.once("SIGINT", () => resolve("interrupted")).once("SIGTERM", () => resolve("interrupted"));
  });
  const end = await Promise.race([interrupted, stage.botEnded]);
  await stage.close();
  if (end !== "interrupted") throw new Error(`the bot ended by itself (exit code ${end})`);
}

function portRefusal(error: unknown, port: number): UserError | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "EADDRINUSE" && code !== "EACCES") return null;
  const why = code === "EACCES" ? "is not open to this user" : "is taken, perhaps by another demo";
  const way = "Choose another: npm run demo -- --port 0 takes any that is free.";
  return new UserError("port-taken", `Port ${port} ${why}. ${way}`, { cause: error });
}
