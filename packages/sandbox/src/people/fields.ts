/** What a person fills into a modal, checked as Discord's client does, and the components the bot gets of it. */
import { COMPONENT, SELECTS } from "../../page/numbers.js";
import { modalFields } from "../interactions/modals.ts";
import { type Json, asArray, asObject, textOf } from "../json.ts";
import type { UploadedFile } from "../messages/uploads.ts";
import type { Attachment } from "../world/types.ts";
import { isFileTypeAllowed } from "./file-types.ts";
import { isFile } from "./options.ts";

/** By custom id: a text, a file or several, the values of a menu, a tick. */
type FieldValue = string | boolean | UploadedFile | readonly string[] | readonly UploadedFile[];
export type FieldValues = Readonly<Record<string, FieldValue | undefined>>;

type Upload = (file: UploadedFile) => Promise<Attachment>;

/**
 * The components of a modal's answer, row by row.
 *
 * @throws Error when a field does not exist, is required, or its value breaks its rules
 */
export async function fillModal(modal: Json, values: FieldValues, upload: Upload): Promise<Json[]> {
  const known = modalFields(modal).map((field) => String(field["custom_id"]));
  for (const key of Object.keys(values))
    if (!known.includes(key)) throw new Error(`The modal has no field "${key}"; it has ${known.join(", ")}.`);
  const fill = (field: Json): Promise<Json> => fillField(field, values[String(field["custom_id"])], upload);
  return Promise.all(
    asArray(modal["components"])
      .map(asObject)
      .map(async (row) => {
        const shared = { type: row["type"], id: row["id"] ?? 0 };
        if (row["type"] === COMPONENT.label) return { ...shared, component: await fill(asObject(row["component"])) };
        if (row["type"] !== COMPONENT.actionRow) return shared;
        const inputs = asArray(row["components"]).map(asObject);
        return { ...shared, components: await Promise.all(inputs.map(fill)) };
      }),
  );
}

/** The answer to one field: what it holds already when nothing is given. */
async function fillField(field: Json, given: FieldValue | undefined, upload: Upload): Promise<Json> {
  const type = Number(field["type"]);
  const answer = { type, id: field["id"] ?? 0, custom_id: field["custom_id"] };
  if (type === COMPONENT.textInput) return { ...answer, value: checkText(field, given) };
  if (type === COMPONENT.fileUpload) {
    const files = [given ?? []].flat().filter(isFile);
    checkCount(field, files.length, "file");
    for (const { name } of files)
      if (!isFileTypeAllowed(name, field["file_types"]))
        throw new Error(`${String(field["custom_id"])} does not take ${name}.`);
    const kept = await Promise.all(files.map(upload));
    return { ...answer, values: kept.map(({ id }) => id) };
  }
  if (type === COMPONENT.checkbox) return { ...answer, value: given ?? field["default"] === true };
  const options = asArray(field["options"]).map(asObject);
  const preset = options.filter((option) => option["default"] === true).map((option) => String(option["value"]));
  const values = given === undefined ? preset : [given].flat().map(String);
  if (type === COMPONENT.radioGroup) return { ...answer, value: values[0] ?? null };
  if (SELECTS.includes(type) || type === COMPONENT.checkboxGroup) checkValues(field, options, values);
  return { ...answer, values };
}

function checkText(field: Json, given: FieldValue | undefined): string {
  const text = typeof given === "string" ? given : textOf(field["value"]);
  const name = String(field["custom_id"]);
  if (field["required"] !== false && text.trim() === "") throw new Error(`${name} is required.`);
  const low = text === "" ? 0 : Number(field["min_length"] ?? 0);
  const high = Number(field["max_length"] ?? 4000);
  if (text.length < low || text.length > high)
    throw new Error(`${name} must have ${low} to ${high} characters, not ${text.length}.`);
  return text;
}

/** @throws Error when a value is not among the options, or there are too few or too many */
export function checkValues(menu: Json, options: readonly Json[], values: readonly string[]): void {
  const known = options.map((option) => String(option["value"]));
  for (const value of values)
    if (options.length > 0 && !known.includes(value))
      throw new Error(`${String(menu["custom_id"])} has no option "${value}"; it has ${known.join(", ")}.`);
  checkCount(menu, values.length, "value");
}

function checkCount(field: Json, count: number, what: string): void {
  const low = field["required"] === false ? 0 : Number(field["min_values"] ?? 1);
  const high = Number(field["max_values"] ?? 1);
  if (count < low || count > high)
    throw new Error(`${String(field["custom_id"])} takes ${low} to ${high} ${what}s, not ${count}.`);
}
