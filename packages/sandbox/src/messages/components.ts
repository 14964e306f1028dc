/** The rules of message components, V1 and V2, with the documented limits. */
import { COMPONENT, SELECTS } from "../../page/numbers.js";
import type { FormFaults } from "../api-error.ts";
import { type Json, asArray, asObject, isObject, textOf } from "../json.ts";
import type { Component } from "../world/types.ts";

const IN_CONTAINER: readonly number[] = [1, 9, 10, 12, 13, 14];
const TOP_V2: readonly number[] = [...IN_CONTAINER, COMPONENT.container];

type Path = readonly (string | number)[];

/** What is counted over a whole message. */
interface Tally {
  readonly faults: FormFaults;
  readonly customIds: Map<string, Path>;
  readonly ids: Set<number>;
  count: number;
  text: number;
}

/** Checks the components of a message and adds a fault for each broken rule. */
export function checkMessageComponents(components: readonly Component[], v2: boolean, faults: FormFaults): void {
  const tally: Tally = { faults, customIds: new Map(), ids: new Set(), count: 0, text: 0 };
  const top: readonly number[] = v2 ? TOP_V2 : [COMPONENT.actionRow];
  if (!v2) faults.count(["components"], components.length, 0, 5);
  for (const [index, component] of components.entries()) checkChild(component, ["components", index], top, tally);
  if (v2 && tally.count > 40)
    faults.add(
      ["components"],
      "BASE_TYPE_BAD_LENGTH",
      "Must be between 1 and 40 in length, counting nested components.",
    );
  if (tally.text > 4000)
    faults.add(
      ["components"],
      "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
      "The total displayable text size exceeds 4000 characters.",
    );
}

function checkChild(value: unknown, path: Path, types: readonly number[], tally: Tally): void {
  const component = asObject(value);
  const type = component["type"];
  if (typeof type !== "number" || !types.includes(type)) {
    tally.faults.choice([...path, "type"], types);
    return;
  }
  tally.count += 1;
  const id = component["id"];
  if (typeof id === "number" && id !== 0) {
    if (tally.ids.has(id))
      tally.faults.add([...path, "id"], "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated");
    tally.ids.add(id);
  }
  CHECKS[type]?.(component, path, tally);
}

const children = (component: Json, path: Path, types: readonly number[], low: number, high: number, tally: Tally) => {
  const list = asArray(component["components"]);
  tally.faults.count([...path, "components"], list.length, low, high);
  for (const [index, child] of list.entries()) checkChild(child, [...path, "components", index], types, tally);
};

const CHECKS: Readonly<Record<number, (component: Json, path: Path, tally: Tally) => void>> = {
  [COMPONENT.actionRow](row, path, tally) {
    const types = asArray(row["components"]).map((child) => asObject(child)["type"]);
    const selects = types.filter((type) => SELECTS.includes(type as number)).length;
    if (selects > 0 && types.length > 1)
      tally.faults.add([...path, "components"], "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select menu fills its row.");
    children(row, path, [COMPONENT.button, ...SELECTS], 1, 5, tally);
  },
  [COMPONENT.button]: checkButton,
  ...Object.fromEntries(SELECTS.map((type) => [type, checkSelect])),
  [COMPONENT.section](section, path, tally) {
    children(section, path, [COMPONENT.textDisplay], 1, 3, tally);
    if (section["accessory"] === undefined) tally.faults.required([...path, "accessory"]);
    else checkChild(section["accessory"], [...path, "accessory"], [COMPONENT.button, COMPONENT.thumbnail], tally);
  },
  [COMPONENT.textDisplay](display, path, tally) {
    tally.faults.text([...path, "content"], display["content"], 1, 4000, true);
    tally.text += textOf(display["content"]).length;
  },
  [COMPONENT.thumbnail](thumbnail, path, tally) {
    checkMedia(thumbnail["media"], [...path, "media"], tally.faults);
    tally.faults.text([...path, "description"], thumbnail["description"], 0, 1024);
  },
  [COMPONENT.mediaGallery](gallery, path, tally) {
    const items = asArray(gallery["items"]).map(asObject);
    tally.faults.count([...path, "items"], items.length, 1, 10);
    for (const [index, item] of items.entries()) {
      checkMedia(item["media"], [...path, "items", index, "media"], tally.faults);
      tally.faults.text([...path, "items", index, "description"], item["description"], 0, 1024);
    }
  },
  [COMPONENT.file](file, path, tally) {
    checkMedia(file["file"], [...path, "file"], tally.faults);
  },
  [COMPONENT.separator](separator, path, tally) {
    if (separator["spacing"] !== undefined && ![1, 2].includes(separator["spacing"] as number))
      tally.faults.choice([...path, "spacing"], [1, 2]);
  },
  [COMPONENT.container](container, path, tally) {
    tally.faults.range([...path, "accent_color"], container["accent_color"], 0, 0xff_ff_ff);
    children(container, path, IN_CONTAINER, 1, 40, tally);
  },
};

function checkButton(button: Json, path: Path, { faults, customIds }: Tally): void {
  const style = button["style"];
  if (typeof style !== "number" || style < 1 || style > 6) return faults.choice([...path, "style"], [1, 2, 3, 4, 5, 6]);
  faults.text([...path, "label"], button["label"], 0, 80);
  if (style !== 6 && !button["label"] && !button["emoji"])
    faults.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji.");
  if (style === 5) {
    faults.text([...path, "url"], button["url"], 1, 512, true);
    if (button["custom_id"] !== undefined)
      faults.add(
        path,
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        "A custom id and url cannot both be specified",
      );
  } else checkCustomId(button, path, faults, customIds);
}

function checkSelect(select: Json, path: Path, { faults, customIds }: Tally): void {
  checkCustomId(select, path, faults, customIds);
  checkSelectBody(select, path, faults);
}

/** A custom id has 1 to 100 characters and is unique in its message or modal. */
export function checkCustomId(component: Json, path: Path, faults: FormFaults, seen: Map<string, Path>): void {
  const id = component["custom_id"];
  faults.text([...path, "custom_id"], id, 1, 100, true);
  if (typeof id !== "string") return;
  if (seen.has(id))
    faults.add([...path, "custom_id"], "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
  seen.set(id, path);
}

/** Options, placeholder and the number of values of a select menu. */
export function checkSelectBody(select: Json, path: Path, faults: FormFaults): void {
  faults.text([...path, "placeholder"], select["placeholder"], 0, 150);
  faults.range([...path, "min_values"], select["min_values"], 0, 25);
  faults.range([...path, "max_values"], select["max_values"], 1, 25);
  if (select["type"] !== COMPONENT.stringSelect) return checkDefaults(select, path, faults);
  checkOptions(select, path, faults, 1, 25);
}

/** What each kind of menu can hold chosen from the start. */
const DEFAULTS: Readonly<Record<number, readonly string[]>> = {
  [COMPONENT.userSelect]: ["user"],
  [COMPONENT.roleSelect]: ["role"],
  [COMPONENT.mentionableSelect]: ["user", "role"],
  [COMPONENT.channelSelect]: ["channel"],
};

/** As many defaults as may be chosen, or none; of the menu's own kind. */
function checkDefaults(select: Json, path: Path, faults: FormFaults): void {
  const defaults = asArray(select["default_values"]).map(asObject);
  const [low, high] = [Number(select["min_values"] ?? 1), Number(select["max_values"] ?? 1)];
  if (defaults.length > 0) faults.count([...path, "default_values"], defaults.length, low, high);
  const kinds = DEFAULTS[Number(select["type"])] ?? [];
  for (const [index, { type }] of defaults.entries())
    if (!kinds.includes(String(type))) faults.choice([...path, "default_values", index, "type"], kinds);
}

/** The options of a select menu, a radio group or a checkbox group. */
export function checkOptions(component: Json, path: Path, faults: FormFaults, low: number, high: number): void {
  const options = asArray(component["options"]).map(asObject);
  faults.count([...path, "options"], options.length, low, high);
  const values = new Set<unknown>();
  for (const [index, option] of options.entries()) {
    const at = [...path, "options", index];
    faults.text([...at, "label"], option["label"], 1, 100, true);
    faults.text([...at, "value"], option["value"], 1, 100, true);
    faults.text([...at, "description"], option["description"], 0, 100);
    if (values.has(option["value"]))
      faults.add(
        [...at, "value"],
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        "The specified option value is already used",
      );
    values.add(option["value"]);
  }
}

function checkMedia(media: unknown, path: Path, faults: FormFaults): void {
  const url = asObject(media)["url"];
  faults.text([...path, "url"], url, 1, 2048, true);
  if (typeof url === "string" && !/^(?:https?|attachment):\/\//.test(url))
    faults.add([...path, "url"], "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment').");
}

/** Every component, depth first, accessories included. */
export function* walkComponents(components: readonly unknown[]): Generator<Json> {
  for (const component of components) {
    if (!isObject(component)) continue;
    yield component;
    yield* walkComponents(asArray(component["components"]));
    for (const nested of [component["accessory"], component["component"]]) if (nested) yield* walkComponents([nested]);
  }
}

/** Gives every component that lacks one an `id`, as the server does: increasing numbers from 1. */
export function numberComponents(components: readonly Component[]): void {
  const taken = new Set([...walkComponents(components)].map((component) => component["id"]));
  let next = 1;
  for (const component of walkComponents(components)) {
    if (typeof component["id"] === "number" && component["id"] !== 0) continue;
    while (taken.has(next)) next += 1;
    component["id"] = next;
    taken.add(next);
  }
}
