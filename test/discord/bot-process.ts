/** The bot as a process of its own, to be killed: settings from the environment. */
import { readConfig } from "../../src/config.ts";
import { runBot } from "../../src/main.ts";

process.exitCode = await runBot(readConfig({ ...process.env }));
