/** Members' files, opened outside of the bot's process. */
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { Reader } from "./reader.ts";

const MEBIBYTE = 1024 * 1024;

/** What a process takes by itself, and what a pixel of the largest picture may (measured: 16 for an AVIF, 9 for a PNG). */
const BASE_BYTES = 256 * MEBIBYTE;
const BYTES_PER_PIXEL = 24;

/** A reader for pictures as large as the settings allow. */
export const createReader = ({ MAX_MEGAPIXELS }: Pick<Config, "MAX_MEGAPIXELS">, log: Logger): Reader =>
  new Reader({ log, memoryBytes: BASE_BYTES + MAX_MEGAPIXELS * 1e6 * BYTES_PER_PIXEL });
