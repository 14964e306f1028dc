/** Inputs for the options of a command: one per type. Each gives `{node, value(), set(), focus(), isValid()}`. */
import { el } from "./dom.js";
import { acceptOf, dropTile } from "./files.js";
import { act, people, state } from "./store.js";

const TYPE = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};

function wrapInput(input, value) {
  return {
    node: input,
    value,
    set: (next) => {
      input.value = String(next);
    },
    focus: () => input.focus(),
    isValid: () => input.checkValidity(),
  };
}

function choiceField(choices, label, convert = String) {
  const input = el(
    "select",
    { "aria-label": label },
    el("option", { value: "", text: "Select…" }),
    ...choices.map(({ name, value }) => el("option", { value, text: name })),
  );
  return wrapInput(input, () => (input.value === "" ? undefined : convert(input.value)));
}

function completed(option, command, channelId, others) {
  const list = el("datalist", { id: `complete-${option.name}` });
  const input = el("input", {
    type: "text",
    "aria-label": option.name,
    list: list.id,
    autocomplete: "off",
    maxlength: option.max_length,
  });
  const names = new Map();
  let timer = 0;
  const ask = async () => {
    try {
      const { choices } = await act("autocomplete", {
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
  input.addEventListener("focus", ask, { once: true });
  const field = wrapInput(input, () => (input.value === "" ? undefined : (names.get(input.value) ?? input.value)));
  return { ...field, node: el("span", { class: "completed" }, input, list) };
}

/** The input of an option. `onChange` hears every change. */
export function optionField(option, context) {
  const { type, name } = option;
  const { onChange } = context;
  if (type === TYPE.attachment) {
    let file;
    const tile = dropTile({
      label: name,
      hint: option.description,
      accept: acceptOf(option.file_types),
      required: option.required,
      onChange([first]) {
        file = first;
        onChange();
      },
    });
    return {
      ...tile,
      isFile: true,
      value: () => file,
      set: (next) => tile.set([next]),
      isValid: () => !option.required || file !== undefined,
    };
  }
  const field = plainField(option, context);
  const input = field.node.matches("input, select") ? field.node : field.node.querySelector("input");
  input.required = option.required === true;
  input.title = option.description;
  input.addEventListener("input", onChange);
  return field;
}

function plainField(option, { command, channelId, others }) {
  const { type, name } = option;
  if (option.choices?.length > 0) return choiceField(option.choices, name, type === TYPE.string ? String : Number);
  if (type === TYPE.boolean)
    return choiceField(
      [
        { name: "True", value: "true" },
        { name: "False", value: "false" },
      ],
      name,
      (value) => value === "true",
    );
  if (type === TYPE.user || type === TYPE.mentionable)
    return choiceField(
      people().map(({ id, name }) => ({ name, value: id })),
      name,
    );
  if (type === TYPE.role)
    return choiceField(
      [...state.roles.values()].map(({ id, name }) => ({ name, value: id })),
      name,
    );
  if (type === TYPE.channel)
    return choiceField(
      [...state.channels.values()]
        .filter(({ type }) => type === 0)
        .map(({ id, name }) => ({ name: `# ${name}`, value: id })),
      name,
    );
  if (option.autocomplete) return completed(option, command, channelId, others);
  if (type === TYPE.integer || type === TYPE.number) {
    const input = el("input", {
      type: "number",
      "aria-label": name,
      min: option.min_value,
      max: option.max_value,
      step: type === TYPE.integer ? 1 : "any",
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
