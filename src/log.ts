import pino, { type Logger } from "pino";

export type { Logger } from "pino";

/** A token of a Discord bot or of the hub, wherever it stands in a text. */
const SECRET = /(?:[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,})|(?:hf_[A-Za-z0-9]{20,})/g;

/** Takes secrets out of a text that will be logged or shown. */
export const redact = (text: string): string => text.replace(SECRET, "[secret]");

/**
 * The log: JSON lines on standard error, so that standard output stays free for results. Secrets are redacted by key
 * and by shape.
 */
export function createLogger(level: string, name = "atelier"): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: ["token", "*.token", "DISCORD_TOKEN", "*.DISCORD_TOKEN", "HF_TOKEN", "*.HF_TOKEN"] },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: redact },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
