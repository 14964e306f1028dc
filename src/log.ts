/** The log, and what may stand in it. */
import { createRequire } from "node:module";

import pino, { type DestinationStream, type Logger } from "pino";
import type * as PinoPretty from "pino-pretty";

import { brokenLine } from "./errors.ts";

export type { Logger } from "pino";

declare module "pino" {
  namespace pino {
    /** What every line says already: a second value under the same key would make it no JSON that all readers agree on. */
    interface LogFnFields {
      level?: never;
      time?: never;
      pid?: never;
      hostname?: never;
      name?: never;
      msg?: never;
    }
  }
}

/**
 * Secrets, wherever they stand in a text: tokens of Discord bots and of the hub, those of interactions and webhooks (in
 * addresses, and by their own shape), and whatever is sent as authorisation.
 */
const SECRETS = [
  /[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  /hf_[A-Za-z0-9]{20,}/g,
  /(?<=\/(?:webhooks|interactions)\/\d+\/)[^/?#"\s\\]+/g,
  // "interaction:" in base64.
  /aW50ZXJhY3Rpb246[\w+/=-]+/g,
  /(?<=\b(?:Bot|Bearer|Basic) )[\w.~+/=-]{16,}/g,
];

/** Takes secrets out of a text that will be logged or shown. */
export const redact = (text: string): string =>
  SECRETS.reduce((clean, secret) => clean.replaceAll(secret, "[secret]"), text);

/** A line that broke says so in one line, try after try: where in the program it was tried tells nobody anything. */
function plainFields(fields: Record<string, unknown>): Record<string, unknown> {
  const { err, ...others } = fields;
  const reason = brokenLine(err);
  return reason === null ? fields : { ...others, reason };
}

/** An error without the request that met it: that holds whole pictures. */
function plainError(error: Error): object {
  const { requestBody: _requestBody, ...plain } = pino.stdSerializers.err(error) as unknown as Record<string, unknown>;
  return plain;
}

/**
 * Lines for people in place of JSON, each written before the next is begun: a process that ends at once has said everything.
 *
 * @param to where they go
 */
export function forPeople(to: DestinationStream, { colours }: { readonly colours: boolean }): DestinationStream {
  // Loaded where there is a terminal alone: every process has a log.
  const { prettyFactory } = createRequire(import.meta.url)("pino-pretty") as typeof PinoPretty;
  const format = prettyFactory({
    colorize: colours,
    singleLine: true,
    translateTime: "SYS:yyyy-mm-dd HH:MM:ss",
    ignore: "pid,hostname,name",
  });
  return { write: (line) => to.write(format(line)) };
}

/** Where a log goes: standard error, as suits whoever reads there. */
function standardError({ isTTY } = process.stderr): DestinationStream {
  const plain = pino.destination({ fd: 2, sync: true });
  return isTTY ? forPeople(plain, { colours: !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb" }) : plain;
}

/**
 * The log, on standard error, so that standard output stays free for results: lines for people on a terminal, JSON where it
 * is piped. Secrets are redacted by key and by shape.
 *
 * @param level the least that is written: `fatal` … `trace`, or `silent`
 * @param name what every line says it is from
 * @param destination where the lines go instead
 */
export function createLogger(
  level: string,
  name = "atelier",
  destination: DestinationStream = standardError(),
): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: ["token", "*.token", "DISCORD_TOKEN", "*.DISCORD_TOKEN", "HF_TOKEN", "*.HF_TOKEN"] },
      serializers: { err: plainError },
      formatters: { level: (label) => ({ level: label }), log: plainFields },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: redact },
    },
    destination,
  );
}
