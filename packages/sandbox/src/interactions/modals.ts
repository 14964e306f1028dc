/** The rules of modals: labels, text inputs, file uploads, selects, radio and checkbox groups. */
import { COMPONENT, SELECTS } from "../../page/numbers.js";
import { FormFaults } from "../api-error.ts";
import { type Json, asArray, asObject } from "../json.ts";
import { checkCustomId, checkOptions, checkSelectBody } from "../messages/components.ts";

type Path = readonly (string | number)[];

const IN_LABEL: readonly number[] = [
  COMPONENT.textInput,
  ...SELECTS,
  COMPONENT.fileUpload,
  COMPONENT.radioGroup,
  COMPONENT.checkboxGroup,
  COMPONENT.checkbox,
];

/** @throws ApiError 50035 */
export function checkModal(modal: Json): void {
  const faults = new FormFaults();
  const seen = new Map<string, Path>();
  faults.text(["custom_id"], modal["custom_id"], 1, 100, true);
  faults.text(["title"], modal["title"], 1, 45, true);
  const rows = asArray(modal["components"]).map(asObject);
  faults.count(["components"], rows.length, 1, 5);
  for (const [index, row] of rows.entries()) {
    const at = ["components", index];
    if (row["type"] === COMPONENT.label) {
      faults.text([...at, "label"], row["label"], 1, 45, true);
      faults.text([...at, "description"], row["description"], 0, 100);
      checkField(asObject(row["component"]), [...at, "component"], faults, seen);
    } else if (row["type"] === COMPONENT.actionRow) {
      const inputs = asArray(row["components"]).map(asObject);
      faults.count([...at, "components"], inputs.length, 1, 1);
      for (const [place, input] of inputs.entries()) {
        faults.text([...at, "components", place, "label"], input["label"], 1, 45, true);
        if (input["type"] !== COMPONENT.textInput) faults.choice([...at, "components", place, "type"], [4]);
        else checkField(input, [...at, "components", place], faults, seen);
      }
    } else if (row["type"] === COMPONENT.textDisplay) faults.text([...at, "content"], row["content"], 1, 4000, true);
    else faults.choice([...at, "type"], [COMPONENT.actionRow, COMPONENT.textDisplay, COMPONENT.label]);
  }
  faults.throwIfAny(["data"]);
}

function checkField(field: Json, path: Path, faults: FormFaults, seen: Map<string, Path>): void {
  const type = field["type"] as number;
  if (!IN_LABEL.includes(type)) return faults.choice([...path, "type"], IN_LABEL);
  checkCustomId(field, path, faults, seen);
  if (SELECTS.includes(type)) return checkSelectBody(field, path, faults);
  if (type === COMPONENT.textInput) return checkTextInput(field, path, faults);
  if (type === COMPONENT.fileUpload) {
    faults.range([...path, "min_values"], field["min_values"], 0, 10);
    faults.range([...path, "max_values"], field["max_values"], 1, 10);
  }
  if (type === COMPONENT.radioGroup) checkOptions(field, path, faults, 2, 10);
  if (type === COMPONENT.checkboxGroup) checkOptions(field, path, faults, 1, 10);
}

function checkTextInput(input: Json, path: Path, faults: FormFaults): void {
  if (![1, 2].includes(input["style"] as number)) faults.choice([...path, "style"], [1, 2]);
  faults.range([...path, "min_length"], input["min_length"], 0, 4000);
  faults.range([...path, "max_length"], input["max_length"], 1, 4000);
  faults.text([...path, "placeholder"], input["placeholder"], 0, 100);
  const most = typeof input["max_length"] === "number" ? input["max_length"] : 4000;
  faults.text([...path, "value"], input["value"], 0, most);
}

/** The fields of a modal, without their labels and rows. */
export const modalFields = (modal: Json): Json[] =>
  asArray(modal["components"])
    .map(asObject)
    .flatMap((row) => (row["type"] === COMPONENT.label ? [row["component"]] : asArray(row["components"])))
    .map(asObject);
