/** What commander says about a command that was typed wrongly, as sentences that name the way out. */
import type { Command } from "commander";

/** Makes `program` and every command below it speak so. Call it when all of them are there. */
export function speakPlainly(program: Command): void {
  for (const command of [program, ...withSubcommands(program)]) {
    command.configureOutput({ outputError: (text, write) => write(`atelier: ${sentences(text, nameOf(command))}\n`) });
  }
}

/** Lets the command that a group runs by default refuse what was typed in the place of a command's name. */
export function refuseUnknown(group: Command, fallback: Command): void {
  fallback.allowExcessArguments();
  group.hook("preAction", (_group, called) => {
    if (called !== fallback || called.args.length === 0) return;
    const names = group.commands.map((command) => command.name()).join(", ");
    group.error(`error: unknown command '${group.args.join(" ")}'\n(There are ${names}.)`);
  });
}

const withSubcommands = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...withSubcommands(child)]);

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** @param text commander's: `error: ` and the fault, perhaps `(Did you mean this?)` in a line of its own */
function sentences(text: string, command: string): string {
  const [fault = "", ...more] = text
    .replace(/^error: /, "")
    .trim()
    .split("\n");
  const first = `${fault.charAt(0).toUpperCase()}${fault.slice(1)}`.replace(/\.?$/, ".");
  const guess = more.join(" ").replace(/^\((.*)\)$/, "$1");
  return [first, guess, `See: ${command} --help`].filter(Boolean).join(" ");
}
