/** Modals the bot shows: labels with text inputs, file uploads, menus, radio buttons and ticks. */
import { menuOptions } from "./component.js";
import { el, icon, ICONS } from "./dom.js";
import { acceptOf, dropTile, filesOf, named } from "./files.js";
import { markdown } from "./markdown.js";
import { act } from "./store.js";

let nextId = 1;

/** One field: its element, and what it holds. */
function field(data) {
  const id = `field-${nextId}`;
  nextId += 1;
  if (data.type === 4) {
    const shared = {
      id,
      required: data.required !== false,
      minlength: data.min_length,
      maxlength: data.max_length ?? 4000,
      placeholder: data.placeholder,
    };
    const input = data.style === 2 ? el("textarea", { ...shared, rows: 5 }) : el("input", { ...shared, type: "text" });
    input.value = data.value ?? "";
    return { id, node: input, value: () => input.value, isValid: () => input.checkValidity() };
  }
  if (data.type === 19) {
    let files = [];
    const most = data.max_values ?? 1;
    const least = data.required === false ? 0 : (data.min_values ?? 1);
    const several = (given) => (most > 1 ? [...files, ...given].slice(0, most) : given);
    const tile = dropTile({
      label: most > 1 ? `Up to ${most} files` : "File",
      accept: acceptOf(data.file_types),
      required: least > 0,
      several: most > 1,
      onChange: (next) => (files = next),
    });
    return {
      id,
      node: tile.node,
      files: () => files,
      take: (given) => tile.set(several(given)),
      isValid: () => files.length >= least && files.length <= most,
    };
  }
  if (data.type === 21 || data.type === 22) {
    const kind = data.type === 21 ? "radio" : "checkbox";
    const boxes = data.options.map((option) =>
      el("input", { type: kind, name: id, value: option.value, checked: option.default }),
    );
    const node = el(
      "div",
      { class: "choices", role: "group" },
      ...data.options.map((option, index) =>
        el(
          "label",
          {},
          boxes[index],
          el("span", {}, option.label, option.description && el("small", { class: "muted", text: option.description })),
        ),
      ),
    );
    const chosen = () => boxes.filter(({ checked }) => checked).map(({ value }) => value);
    return { id, node, value: chosen, isValid: () => data.required === false || chosen().length > 0 };
  }
  if (data.type === 23) {
    const box = el("input", { id, type: "checkbox", checked: data.default });
    return { id, node: box, value: () => box.checked, isValid: () => true };
  }
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
    id,
    node: select,
    value: () => [...select.selectedOptions].map(({ value }) => value).filter(Boolean),
    isValid: () => select.checkValidity(),
  };
}

/** Shows a modal; what is filled in goes to the bot. */
export function showModal(modal, channelId) {
  const fields = new Map();
  const rows = modal.components.map((row) => {
    if (row.type === 10) return el("div", { class: "markdown" }, ...markdown(row.content));
    const data = row.type === 18 ? row.component : row.components[0];
    const made = field(data);
    fields.set(data.custom_id, made);
    const required = data.required !== false && data.type !== 23;
    return el(
      "div",
      { class: "modal-field" },
      el(
        "label",
        { for: made.id },
        row.label ?? data.label ?? "",
        required && el("span", { class: "required", text: " *", title: "required" }),
      ),
      row.description && el("p", { class: "muted small", text: row.description }),
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
    const upload = [...fields.values()].find(({ take }) => take);
    const files = filesOf(event.clipboardData).map(named);
    if (files.length === 0 || !upload) return;
    event.preventDefault();
    upload.take(files);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = [...fields].find(([, made]) => !made.isValid());
    if (wrong) {
      error.textContent = wrong[1].node.validationMessage || "This field is required.";
      wrong[1].node.focus?.();
      return;
    }
    submit.disabled = true;
    const values = {};
    const files = [];
    for (const [customId, made] of fields)
      if (made.files) files.push(...made.files().map((file) => [customId, file]));
      else values[customId] = made.value();
    try {
      await act("submit", { interaction: modal.interaction_id, values }, files);
      dialog.close();
    } catch (failure) {
      error.textContent = failure.message;
      submit.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("textarea, input, select")?.focus();
  return channelId;
}
