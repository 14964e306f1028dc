/**
 * Loaded into the bot's process: kills it at a counted moment of a *Forget me*, before the `KILL_AT`-th thing that is
 * written to the database or removed from the disk since the first that is about erasures; or, for `scrub`, before the
 * write-ahead log is emptied. Counted, as a clock would find another moment on each machine.
 */
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

import Database from "libsql";

const killAt = process.env.KILL_AT;
/** `null` until it begins. */
let count = null;

const die = () => process.kill(process.pid, "SIGKILL");
const step = () => {
  if (count === null) return;
  count += 1;
  if (String(count) === killAt) die();
};

// The engine's and readers' processes have a channel to the bot, the bot has none.
if (process.send === undefined) {
  const { value: prepare } = Object.getOwnPropertyDescriptor(Database.prototype, "prepare");
  Database.prototype.prepare = function (text) {
    if (/^(insert into|update) "erasures"/.test(text)) count ??= 0;
    if (/^(insert|update|delete|commit)/.test(text)) step();
    if (killAt === "scrub" && count !== null && text.startsWith("pragma wal_checkpoint")) die();
    return prepare.call(this, text);
  };
  const { rm } = fs;
  fs.rm = (...asked) => {
    step();
    return rm(...asked);
  };
  syncBuiltinESMExports();
}
