/** What commander says about a command that was typed wrongly, as sentences that name the way out: all faults at once. */
import { Command, InvalidArgumentError } from "commander";

import { ConfigError } from "../config.ts";
import { UserError } from "../errors.ts";
import { redact } from "../log.ts";

/** Commander's names of these faults. */
const UNKNOWN_COMMAND = "commander.unknownCommand";
const UNKNOWN_OPTION = "commander.unknownOption";

interface Fault {
  readonly command: Command;
  /** Commander's name of the kind of fault; none, where the command itself found it. */
  readonly code: string | undefined;
  readonly sentence: string;
}

/**
 * Reads a command line and does what it says, once all commands are there.
 *
 * @throws CommanderError when something was wrong, all of which has been said then
 */
export async function parsePlainly(program: Command, words: readonly string[] = process.argv.slice(2)): Promise<void> {
  const faults: Fault[] = [];
  for (const command of [program, ...withSubcommands(program)]) {
    command.configureOutput({ outputError: (text, write) => write(text) });
    // What was typed is read on, so that the rest of it is looked at too.
    command.error = ((message, { code } = {}) => {
      note(faults, { command, code, message });
      // Nobody knows what the rest is for.
      if (code === UNKNOWN_COMMAND) tell(faults);
    }) as Command["error"];
    for (const part of [...command.options, ...command.registeredArguments]) readOnAfterFaults(command, part);
    // After the command's own looks, and those of its groups.
    command.hook("preAction", (_command, called) => {
      if (called === command) tell(faults);
    });
  }
  await program.parseAsync(words, { from: "user" });
  tell(faults);
}

/** Lets the command that a group runs by default refuse what was typed in the place of a command's name. */
export function refuseUnknown(group: Command, fallback: Command): void {
  fallback.allowExcessArguments();
  group.hook("preAction", (_group, called) => {
    if (called !== fallback || called.args.length === 0) return;
    const names = group.commands.map((command) => command.name()).join(", ");
    group.error(`error: unknown command '${group.args.join(" ")}'\n(There are ${names}.)`, { code: UNKNOWN_COMMAND });
  });
}

/**
 * Has a command look at what it was given before it does anything: each look is tried, and what all of them refuse is said
 * together with what is wrong with the command line itself.
 *
 * @param looksAt gets the command's options, of which those that cannot be read are not there or have their default, and its
 * arguments; `null` where an option that nobody knows leaves open which words those are
 */
export function lookFirst(
  command: Command,
  looksAt: (options: never, given: never) => readonly (() => unknown)[],
): void {
  command.hook("preAction", async (_command, called) => {
    const read = Object.fromEntries(Object.entries(called.opts()).filter(([, value]) => value !== ""));
    const given = called.args.some(isFlag) ? null : called.processedArgs;
    // As everywhere with commander, whoever names options and arguments knows their types.
    for (const look of looksAt(read as never, given as never))
      try {
        await look();
      } catch (error) {
        if (error instanceof ConfigError) for (const fault of error.faults) called.error(fault);
        else if (error instanceof UserError) called.error(error.message.replaceAll("\n", "; "));
        else throw error;
      }
  });
}

/** An argument or an option that cannot be read counts as not given. */
function readOnAfterFaults(
  command: Command,
  part: Command["options"][number] | Command["registeredArguments"][number],
): void {
  const { parseArg } = part;
  if (!parseArg) return;
  const toldOf = (value: string): string =>
    "flags" in part ? `option '${part.flags}' argument '${value}' is invalid.` : `'${value}' is no ${part.name()}.`;
  part.parseArg = (value, previous) => {
    try {
      // Of an option whose value is missing commander has told already.
      return value === undefined ? previous : parseArg(value, previous);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError || error instanceof UserError)) throw error;
      command.error(`error: ${toldOf(value)} ${error.message}`, { code: "invalid" });
      return previous;
    }
  };
}

/** What commander calls to say that an option is unknown, with those that are written alike. */
interface SaysUnknown {
  unknownOption(flag: string): void;
}

const isFlag = (word: string): boolean => /^--?[A-Za-z]/.test(word);

function note(
  faults: Fault[],
  { command, code, message }: Omit<Fault, "sentence"> & { readonly message: string },
): void {
  const before = faults.filter((fault) => fault.command === command && fault.code === UNKNOWN_OPTION).length;
  // Beside an option that nobody knows it is not known either which words are its value, and which are arguments.
  if (before > 0 && (code === "commander.missingArgument" || code === "commander.excessArguments")) return;
  faults.push({ command, code, sentence: sentenceOf(message) });
  if (code !== UNKNOWN_OPTION || before > 0) return;
  // Commander tells of the first only.
  for (const flag of command.args.filter(isFlag).slice(1)) (command as unknown as SaysUnknown).unknownOption(flag);
}

/** Says all of them, where there are any. @throws CommanderError */
function tell(faults: readonly Fault[]): void {
  const help = faults.find(({ code }) => code !== undefined);
  const command = help?.command ?? faults[0]?.command;
  if (!command) return;
  const lines = faults.map(({ sentence }) => `atelier: ${redact(sentence)}`).join("\n");
  const more = help ? ` See: ${nameOf(help.command)} --help` : "";
  Command.prototype.error.call(command, lines + more, { code: faults[0]!.code ?? "input" });
}

const withSubcommands = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...withSubcommands(child)]);

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** @param text commander's: `error: ` and the fault, perhaps `(Did you mean this?)` in a line of its own; or a sentence */
function sentenceOf(text: string): string {
  if (!text.startsWith("error: ")) return text;
  const [fault = "", ...more] = text
    .replace(/^error: /, "")
    .trim()
    .split("\n");
  const first = `${fault.charAt(0).toUpperCase()}${fault.slice(1)}`.replace(/\.?$/, ".");
  const guess = more.join(" ").replace(/^\((.*)\)$/, "$1");
  return [first, guess].filter(Boolean).join(" ");
}
