/**
 * Loaded into the bot's process: prints, when it ends, the most processor time that its event loop took in one go.
 * Processor time, as a busy machine makes every wall clock late.
 */
import { readFileSync } from "node:fs";

const onProcessor = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

// The engine's process has a channel to the bot, the bot has none.
if (process.send === undefined) {
  let most = 0;
  let last = null;
  const look = () => {
    const now = onProcessor();
    if (last !== null) most = Math.max(most, now - last);
    last = now;
  };
  // Starting takes its time: modules are loaded and compiled.
  process.once("SIGUSR2", () => setInterval(look, 2).unref());
  process.once("exit", () => process.stderr.write(`longest stretch: ${most.toFixed(1)} ms\n`));
}
