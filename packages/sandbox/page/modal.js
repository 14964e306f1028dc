/** Modals the bot shows: labels with text inputs, file uploads, menus, radio buttons and ticks. */
import { menuOptions } from "./component.js";
import { chosenIn, el, icon, ICONS } from "./dom.js";
import { acceptOf, dropTile, filesOf, named } from "./files.js";
import { markdown } from "./markdown.js";
import { COMPONENT } from "./numbers.js";
import { act } from "./store.js";
import { wordsOf } from "./toast.js";

/** @import { FileUploadData, GroupData, ModalField, PageModal, SelectData, TextInputData } from "../src/live/page-types.ts" */

/**
 * One field on the screen.
 * @typedef {object} Made
 * @property {HTMLElement} node
 * @property {() => void} focus
 * @property {() => boolean} isValid
 * @property {() => string | boolean | readonly string[]} [value] what it holds; a place for files has `files`
 * @property {() => readonly File[]} [files]
 * @property {(given: readonly File[]) => void} [take]
 */

let nextId = 1;

/**
 * @param {ModalField} data
 * @param {string} id
 * @param {string} name what its label says
 * @returns {Made}
 */
function field(data, id, name) {
  switch (data.type) {
    case COMPONENT.textInput:
      return textField(data, id);
    case COMPONENT.fileUpload:
      return filesField(data, name);
    case COMPONENT.radioGroup:
    case COMPONENT.checkboxGroup:
      return groupField(data, id, name);
    case COMPONENT.checkbox: {
      const box = el("input", { id, type: "checkbox", checked: data.default });
      return { node: box, focus: () => box.focus(), value: () => box.checked, isValid: () => true };
    }
    case COMPONENT.stringSelect:
    case COMPONENT.userSelect:
    case COMPONENT.roleSelect:
    case COMPONENT.mentionableSelect:
    case COMPONENT.channelSelect:
      break;
  }
  return selectField(data, id);
}

/**
 * @param {TextInputData} data
 * @param {string} id
 * @returns {Made}
 */
function textField(data, id) {
  const shared = {
    id,
    required: data.required !== false,
    minlength: data.min_length,
    maxlength: data.max_length ?? 4000,
    placeholder: data.placeholder,
  };
  const input = data.style === 2 ? el("textarea", { ...shared, rows: 5 }) : el("input", { ...shared, type: "text" });
  input.value = data.value ?? "";
  return { node: input, focus: () => input.focus(), value: () => input.value, isValid: () => input.checkValidity() };
}

/**
 * @param {FileUploadData} data
 * @param {string} name
 * @returns {Made}
 */
function filesField(data, name) {
  /** @type {readonly File[]} */
  let files = [];
  const most = data.max_values ?? 1;
  const least = data.required === false ? 0 : (data.min_values ?? 1);
  const tile = dropTile({
    label: most > 1 ? `Up to ${most} files` : "File",
    name,
    accept: acceptOf(data.file_types),
    required: least > 0,
    several: most > 1,
    onChange: (next) => (files = next),
  });
  return {
    node: tile.node,
    focus: tile.focus,
    files: () => files,
    take: (given) => tile.set(most > 1 ? [...files, ...given].slice(0, most) : given),
    isValid: () => files.length >= least && files.length <= most,
  };
}

/**
 * Radio buttons or ticks.
 * @param {GroupData} data
 * @param {string} id
 * @param {string} name
 * @returns {Made}
 */
function groupField(data, id, name) {
  const kind = data.type === COMPONENT.radioGroup ? "radio" : "checkbox";
  const boxes = data.options.map(({ value, default: checked }) =>
    el("input", { type: kind, name: id, value, checked }),
  );
  const node = el(
    "div",
    { class: "choices", role: "group", "aria-label": name },
    ...data.options.map(({ label, description }, index) =>
      el(
        "label",
        {},
        boxes[index],
        el("span", {}, label, description && el("small", { class: "muted", text: description })),
      ),
    ),
  );
  const chosen = () => boxes.filter(({ checked }) => checked).map(({ value }) => value);
  const focus = () => (boxes.find(({ checked }) => checked) ?? boxes[0])?.focus();
  return { node, focus, value: chosen, isValid: () => data.required === false || chosen().length > 0 };
}

/**
 * @param {SelectData} data
 * @param {string} id
 * @returns {Made}
 */
function selectField(data, id) {
  const several = (data.max_values ?? 1) > 1;
  const select = el(
    "select",
    { id, multiple: several, required: data.required !== false },
    !several && el("option", { value: "", text: data.placeholder ?? "Make a selection" }),
    ...menuOptions(data).map((option) =>
      el("option", { value: option.value, selected: option.default, text: option.label }),
    ),
  );
  return {
    node: select,
    focus: () => select.focus(),
    value: () => chosenIn(select),
    isValid: () => select.checkValidity(),
  };
}

/**
 * Shows a modal; what is filled in goes to the bot.
 * @param {PageModal} modal
 */
export function showModal(modal) {
  /** @type {Map<string, Made>} */
  const fields = new Map();
  const rows = modal.components.map((row) => {
    if (row.type === COMPONENT.textDisplay) return el("div", { class: "markdown" }, ...markdown(row.content));
    const data = row.type === COMPONENT.label ? row.component : row.components[0];
    const id = `field-${nextId}`;
    nextId += 1;
    const name = (row.type === COMPONENT.label ? row.label : data.label) ?? "";
    const made = field(data, id, name);
    fields.set(data.custom_id, made);
    const required = data.required !== false && data.type !== COMPONENT.checkbox;
    return el(
      "div",
      { class: "modal-field" },
      el("label", { for: id }, name, required && el("span", { class: "required", text: " *", title: "required" })),
      row.type === COMPONENT.label && row.description && el("p", { class: "muted small", text: row.description }),
      made.node,
    );
  });
  const error = el("p", { class: "form-error", role: "alert" });
  const submit = el("button", { class: "button primary", type: "submit", text: "Submit" });
  const form = el(
    "form",
    { novalidate: true },
    el(
      "header",
      {},
      el("img", { src: "/page/icon.svg", alt: "", width: 28, height: 28 }),
      el("h2", { id: "modal-title", text: modal.title }),
      el(
        "button",
        { class: "icon-button", type: "button", "aria-label": "Close", on: { click: () => dialog.close() } },
        icon(ICONS.close, 24),
      ),
    ),
    el("div", { class: "modal-body" }, ...rows, error),
    el(
      "footer",
      {},
      el("button", {
        class: "button plain-button",
        type: "button",
        text: "Cancel",
        on: { click: () => dialog.close() },
      }),
      submit,
    ),
  );
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("paste", (event) => {
    const take = [...fields.values()].find(({ take }) => take)?.take;
    const files = filesOf(event.clipboardData).map(named);
    if (files.length === 0 || !take) return;
    event.preventDefault();
    take(files);
  });
  const send = async () => {
    const wrong = [...fields].find(([, made]) => !made.isValid());
    if (wrong) {
      const [, { node, focus }] = wrong;
      const words = "validationMessage" in node ? String(node.validationMessage) : "";
      error.textContent = words || "This field is required.";
      focus();
      return;
    }
    submit.disabled = true;
    /** @type {Record<string, unknown>} */
    const values = {};
    /** @type {[string, File][]} */
    const files = [];
    for (const [customId, made] of fields) {
      for (const file of made.files?.() ?? []) files.push([customId, file]);
      if (made.value) values[customId] = made.value();
    }
    try {
      await act("submit", { interaction: modal.interaction_id, values }, files);
      dialog.close();
    } catch (failure) {
      error.textContent = wordsOf(failure);
      submit.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  document.body.append(dialog);
  dialog.showModal();
  [...fields.values()][0]?.focus();
}
