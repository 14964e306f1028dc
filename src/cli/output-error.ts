/** What happens when nobody takes the output any more. */
import { systemErrorWords } from "./system-error.ts";

/** A reader that leaves (`atelier … | head`) is no fault, and ends nothing; any other is said in a sentence. */
export function keepOutputErrorsQuiet(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: Error & { code?: string }) => {
    if (error.code === "EPIPE") return;
    process.exitCode = 1;
    process.stderr.write(`atelier: ${systemErrorWords(error, "standard output") ?? error.message}\n`);
  });
}
