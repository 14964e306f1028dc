// A thread that helps with the parts of a job. Plain JavaScript on purpose: it starts without a TypeScript loader.
import { workerData } from "node:worker_threads";

const { module, memory, control, names, slots } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
const kernels = names.map((name) => exports[name]);

for (let seen = 0; ; seen = Atomics.load(control, slots.generation)) {
  for (;;) {
    const ticket = Atomics.add(control, slots.next, 1);
    const limit = Atomics.load(control, slots.limit);
    // The high bits name the job: a ticket of a finished job is worth nothing in the next one.
    if (ticket >> slots.partBits !== limit >> slots.partBits || ticket >= limit) break;
    const mask = (1 << slots.partBits) - 1;
    try {
      kernels[Atomics.load(control, slots.kernel)](ticket & mask, limit & mask, slots.argumentsAddress);
    } catch {
      Atomics.store(control, slots.failed, 1);
    }
    Atomics.add(control, slots.done, 1);
    Atomics.notify(control, slots.done);
  }
  Atomics.wait(control, slots.generation, seen);
}
