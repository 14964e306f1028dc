/** What of this machine decides about the bytes of a picture, beside the device that networks run on. */
import os from "node:os";

export interface ThisMachine {
  readonly node: string;
  readonly platform: string;
  /** Its maker's name for it. */
  readonly processor: string;
}

export const thisMachine = (): ThisMachine => ({
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processor: os.cpus()[0]?.model.trim() ?? "unknown",
});
