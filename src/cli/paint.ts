/** Colours for terminals; plain text where output is piped or NO_COLOR is set. */
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

export interface Paint {
  (format: Format, text: string): string;
}

/** A painter for what will be written to `stream`. */
export function paintFor(stream: NodeJS.WriteStream, environment = process.env): Paint {
  const coloured = stream.isTTY && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  return (format, text) => (coloured ? styleText(format, text) : text);
}
