/** What somebody filled into a command or a form, by the names of its fields. */
import type { Attachment, ChatInputCommandInteraction } from "discord.js";

import type { Held } from "../intake/intake.ts";

export type Values = Readonly<Record<string, string | number | boolean>>;

export interface FilledForm {
  readonly values: Values;
  readonly uploads: Readonly<Record<string, Held>>;
}

/** What was given with a command that has no subcommands. */
export function filledIn({ id, options }: ChatInputCommandInteraction): FilledForm {
  const given = options.data.map(({ name, value, attachment }) => ({ name, value, attachment }));
  return {
    values: Object.fromEntries(
      given.flatMap(({ name, value, attachment }) => (attachment || value === undefined ? [] : [[name, value]])),
    ),
    uploads: Object.fromEntries(
      given.flatMap(({ name, attachment }) => (attachment ? [[name, sent(id, name, attachment)]] : [])),
    ),
  };
}

/** An upload as the intake takes it, and keeps it where another is refused. @param id of the interaction that brought it */
function sent(id: string, field: string, { url, size, name, title }: Attachment): Held {
  return { heldAs: `${id}/${field}`, upload: { url, size, name, title } };
}
