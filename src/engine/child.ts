/** The engine's process: forked by the supervisor, never run by hand. */
import { buildParts } from "./registry.ts";
import { serveEngine } from "./serve-engine.ts";

serveEngine(buildParts);
