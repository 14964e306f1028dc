/** Hashes what is already in memory without holding the event loop up. */
import { createHash } from "node:crypto";

/** Bytes hashed per turn of the event loop: about 1 ms. */
const SLICE = 1 << 20;

export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = createHash("sha256");
  for (let at = 0; at < bytes.length; at += SLICE) {
    digest.update(bytes.subarray(at, at + SLICE));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return digest.digest("hex");
}
