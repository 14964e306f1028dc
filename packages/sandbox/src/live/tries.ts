/** Ready ways to try a command, offered as buttons above the page's message box. */
import path from "node:path";

import type { PageTry } from "./page-types.ts";

export interface Try {
  /** On the button. */
  readonly label: string;
  /** `"stylize"`, or `"style import"` for a subcommand; the button is there while the bot has it. */
  readonly command: string;
  /** Pictures by the name of the option that takes them: paths of files. */
  readonly files: Readonly<Record<string, string>>;
}

/** Tries as the page gets them: each file has an address that `fileOfTry` finds again. */
export const triesJson = (tries: readonly Try[]): PageTry[] =>
  tries.map(({ label, command, files }, index) => ({
    label,
    command,
    files: Object.entries(files).map(([option, file]) => ({
      option,
      name: path.basename(file),
      url: `/sandbox/tries/${index}/${encodeURIComponent(option)}`,
    })),
  }));

/** The path of a try's file. */
export function fileOfTry(tries: readonly Try[], index: string, option: string): string | undefined {
  const files = tries[Number(index)]?.files ?? {};
  return Object.hasOwn(files, option) ? files[option] : undefined;
}
