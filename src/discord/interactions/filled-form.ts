/** What somebody filled into a command or a form, by the names of its fields. */
import {
  type Attachment,
  type ChatInputCommandInteraction,
  ComponentType,
  type ModalData,
  type ModalSubmitInteraction,
} from "discord.js";

import type { Held } from "../intake/intake.ts";

export type Values = Readonly<Record<string, string | number | boolean>>;

export interface FilledForm {
  readonly values: Values;
  readonly uploads: Readonly<Record<string, Sent>>;
}

/** A file that was sent; `useless`: it was refused, and another has to be sent in its place. */
export type Sent = Held & { readonly useless?: boolean };

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

const NOTHING: FilledForm = { values: {}, uploads: {} };

/** What was filled in before, as a form changes it: an empty field takes its value away, one for files leaves what was sent. */
export function refilled({ id, fields }: ModalSubmitInteraction, before: FilledForm = NOTHING): FilledForm {
  const values = new Map(Object.entries(before.values));
  const uploads = new Map(Object.entries(before.uploads));
  for (const [name, field] of fields.fields) {
    const file = field.type === ComponentType.FileUpload ? fields.getUploadedFiles(name)?.first() : undefined;
    if (file) uploads.set(name, sent(id, name, file));
    const value = valueOf(field);
    if (value === "") values.delete(name);
    else if (value !== null) values.set(name, value);
  }
  return { values: Object.fromEntries(values), uploads: Object.fromEntries(uploads) };
}

/** `null` for what holds no value. */
function valueOf(field: ModalData): string | null {
  if (field.type === ComponentType.TextInput) return field.value;
  if (field.type === ComponentType.StringSelect) return field.values[0] ?? "";
  return null;
}

/** An upload as the intake takes it, and keeps it where another is refused. @param id of the interaction that brought it */
function sent(id: string, field: string, { url, size, name, title }: Attachment): Held {
  return { heldAs: `${id}/${field}`, upload: { url, size, name, title } };
}
