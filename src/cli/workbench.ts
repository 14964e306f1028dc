/** What the one-shot commands share: a scratch folder, an engine, pictures read from disk. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { Config } from "../config.ts";
import { createEngine } from "../engine/index.ts";
import { UserError } from "../errors.ts";
import { normalisePicture } from "../images/encode.ts";
import type { PictureRole } from "../images/refusals.ts";
import type { Engine, EngineInfo, EnginePicture } from "../jobs/engine.ts";
import { createLogger } from "../log.ts";
import { withInterrupt } from "./interrupt.ts";
import { systemErrorWords } from "./system-error.ts";

export interface Workbench {
  readonly engine: Engine;
  readonly info: EngineInfo;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** A folder that is removed in the end. */
  readonly folder: string;
  /** Reads a picture as the bot would read an upload. @throws UserError */
  picture: (file: string, role: PictureRole) => Promise<EnginePicture>;
}

/** Sets a workbench up, lends it to `work`, and clears it away whatever happens. */
export async function withWorkbench<T>(config: Config, work: (bench: Workbench) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-"));
  // A terminal wants the result, not the log: warnings only, unless asked for.
  const level = process.env["LOG_LEVEL"] ? config.LOG_LEVEL : "error";
  // One picture needs one engine.
  const DEVICE = config.DEVICE.split(",")[0]!.trim();
  const engine = createEngine({ ...config, DEVICE, CAPTION_DEVICE: undefined }, createLogger(level));
  try {
    return await withInterrupt(async (signal) => {
      const info = await engine.start();
      const picture = (file: string, role: PictureRole): Promise<EnginePicture> =>
        readPicture(file, role, folder, config);
      return work({ engine, info, signal, folder, picture });
    });
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readPicture(file: string, role: PictureRole, folder: string, config: Config): Promise<EnginePicture> {
  const limits = { maxBytes: config.MAX_UPLOAD_MB * 1024 * 1024, maxPixels: config.MAX_MEGAPIXELS * 1e6 };
  const { png } = await normalisePicture(file, role, limits).catch((error: unknown) => {
    throw error instanceof UserError ? naming(file, error) : error;
  });
  const sha256 = createHash("sha256").update(png).digest("hex");
  const target = path.join(folder, `${sha256}.png`);
  await writeFile(target, png);
  return { path: target, sha256 };
}

/** The same refusal with the file's name in it: a command takes several. */
function naming(file: string, refusal: UserError): UserError {
  if (refusal.identifier === "picture-missing") return refusal;
  const words = systemErrorWords(refusal.cause, file) ?? `${file}: ${refusal.message}`;
  return new UserError(refusal.identifier, words, { cause: refusal });
}
