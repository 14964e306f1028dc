/**
 * Loaded into the bot's process: prints, when it ends, the most processor time that its event loop took in one go, and at
 * the 99th percentile. Processor time, as a busy machine makes every wall clock late; what that says is printed beside it.
 */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const onProcessor = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

// The engine's process has a channel to the bot, the bot has none.
if (process.send === undefined) {
  const stretches = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let last = null;
  const look = () => {
    const now = onProcessor();
    if (last !== null) stretches.push(now - last);
    last = now;
  };
  // Starting takes its time: modules are loaded and compiled.
  process.once("SIGUSR2", () => {
    delay.enable();
    setInterval(look, 2).unref();
  });
  process.once("exit", () => {
    const sorted = stretches.toSorted((a, b) => a - b);
    const [p99, most] = [Math.floor(0.99 * sorted.length), sorted.length - 1].map((at) => (sorted[at] ?? 0).toFixed(1));
    const [lateP99, latest] = [delay.percentile(99), delay.max].map((ns) => (ns / 1e6).toFixed(1));
    process.stderr.write(
      `longest stretch: ${most} ms, p99 ${p99} ms; by the clock: p99 ${lateP99} ms, most ${latest} ms\n`,
    );
  });
}
