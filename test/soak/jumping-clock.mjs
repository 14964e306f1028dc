/** Preloaded into the bot: lets its clock jump by as much as a file says, at its start and whenever it gets SIGUSR2. */
import { readFileSync } from "node:fs";

const RealDate = Date;
const realNow = Date.now;
let offset = 0;

function read() {
  try {
    offset = Number(readFileSync(process.env.SOAK_CLOCK, "utf8"));
  } catch {
    offset = 0;
  }
}

read();
process.on("SIGUSR2", read);

RealDate.now = () => realNow() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, made) =>
    Reflect.construct(target, given.length === 0 ? [target.now()] : given, made === globalThis.Date ? target : made),
  apply: (target) => new target(target.now()).toString(),
});
