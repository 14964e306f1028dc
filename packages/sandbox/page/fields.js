/** Inputs for the options of a command: one per type. Each gives `{node, value(), set(), focus(), isValid()}`. */
import { descriptionOf, labelOf } from "./command-words.js";
import { el } from "./dom.js";
import { acceptOf, dropTile } from "./files.js";
import { OPTION } from "./numbers.js";
import { act, channelName, people, state, textChannels } from "./store.js";

/** @import { PageOption } from "../src/live/page-types.ts" */

/**
 * The input of an option. A file's is another: it stands on a tile.
 * @typedef {object} Field
 * @property {HTMLElement} node
 * @property {() => FieldValue | undefined} value
 * @property {(next: FieldValue) => void} set
 * @property {() => void} focus
 * @property {() => boolean} isValid
 * @property {() => boolean} [isEmpty] of a file's
 * @property {true} [isFile]
 *
 * @typedef {Field & { input: HTMLInputElement | HTMLSelectElement }} PlainField
 * @typedef {string | number | boolean | File} FieldValue
 */

/**
 * Where an option is filled in.
 * @typedef {object} FieldContext
 * @property {string} command
 * @property {string} channelId
 * @property {() => Readonly<Record<string, unknown>>} others what the options hold
 * @property {() => void} onChange
 */

/**
 * @param {HTMLInputElement | HTMLSelectElement} input
 * @param {() => FieldValue | undefined} value
 * @returns {PlainField}
 */
function wrapInput(input, value) {
  return {
    node: input,
    input,
    value,
    set: (next) => {
      if (!(next instanceof File)) input.value = String(next);
    },
    focus: () => input.focus(),
    isValid: () => input.checkValidity(),
  };
}

/**
 * @param {NonNullable<PageOption["choices"]>} choices
 * @param {string} label
 * @param {(value: string) => FieldValue} [convert]
 */
function choiceField(choices, label, convert = String) {
  const input = el(
    "select",
    { "aria-label": label },
    el("option", { value: "", text: "Select…" }),
    ...choices.map((choice) => el("option", { value: choice.value, text: labelOf(choice) })),
  );
  return wrapInput(input, () => (input.value === "" ? undefined : convert(input.value)));
}

/**
 * A text with the choices that the bot offers while it is typed.
 * @param {PageOption} option
 * @param {FieldContext} context
 * @returns {PlainField}
 */
function completed(option, { command, channelId, others }) {
  const list = el("datalist", { id: `complete-${option.name}` });
  const input = el("input", {
    type: "text",
    "aria-label": labelOf(option),
    list: list.id,
    autocomplete: "off",
    maxlength: option.max_length,
  });
  /** @type {Map<string, string | number>} */
  const names = new Map();
  let timer = 0;
  const ask = async () => {
    try {
      const { choices = [] } = await act("autocomplete", {
        channel: channelId,
        command,
        option: option.name,
        text: input.value,
        options: others(),
      });
      names.clear();
      for (const { name, value } of choices) names.set(name, value);
      list.replaceChildren(...choices.map(({ name }) => el("option", { value: name })));
    } catch {
      list.replaceChildren();
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });
  input.addEventListener("focus", () => void ask(), { once: true });
  const field = wrapInput(input, () => (input.value === "" ? undefined : (names.get(input.value) ?? input.value)));
  return { ...field, node: el("span", { class: "completed" }, input, list) };
}

/**
 * The input of an option. `onChange` hears every change.
 * @param {PageOption} option
 * @param {FieldContext} context
 * @returns {Field}
 */
export function optionField(option, context) {
  const { type } = option;
  const { onChange } = context;
  if (type === OPTION.attachment) {
    /** @type {File | undefined} */
    let file;
    const tile = dropTile({
      label: labelOf(option),
      hint: descriptionOf(option),
      accept: acceptOf(option.file_types),
      required: option.required === true,
      onChange([first]) {
        file = first;
        onChange();
      },
    });
    return {
      ...tile,
      isFile: true,
      value: () => file,
      set: (next) => next instanceof File && tile.set([next]),
      isValid: () => !option.required || file !== undefined,
    };
  }
  const field = plainField(option, context);
  field.input.required = option.required === true;
  field.input.title = descriptionOf(option);
  field.input.addEventListener("input", onChange);
  return field;
}

/**
 * @param {PageOption} option
 * @param {FieldContext} context
 * @returns {PlainField}
 */
function plainField(option, context) {
  const { type } = option;
  const name = labelOf(option);
  if (option.choices?.length) return choiceField(option.choices, name, type === OPTION.string ? String : Number);
  if (type === OPTION.boolean)
    return choiceField(
      [
        { name: "True", value: "true" },
        { name: "False", value: "false" },
      ],
      name,
      (value) => value === "true",
    );
  if (type === OPTION.user || type === OPTION.mentionable)
    return choiceField(
      people().map(({ id, name }) => ({ name, value: id })),
      name,
    );
  if (type === OPTION.role)
    return choiceField(
      [...state.roles.values()].map(({ id, name }) => ({ name, value: id })),
      name,
    );
  if (type === OPTION.channel)
    return choiceField(
      textChannels(state.guild.id).map((channel) => ({ name: `# ${channelName(channel)}`, value: channel.id })),
      name,
    );
  if (option.autocomplete) return completed(option, context);
  if (type === OPTION.integer || type === OPTION.number) {
    const input = el("input", {
      type: "number",
      "aria-label": name,
      min: option.min_value,
      max: option.max_value,
      step: type === OPTION.integer ? 1 : "any",
      placeholder: option.min_value === undefined ? null : `${option.min_value}–${option.max_value ?? "…"}`,
    });
    return wrapInput(input, () => (input.value === "" ? undefined : Number(input.value)));
  }
  const input = el("input", {
    type: "text",
    "aria-label": name,
    minlength: option.min_length,
    maxlength: option.max_length ?? 6000,
    autocomplete: "off",
  });
  return wrapInput(input, () => (input.value === "" ? undefined : input.value));
}
