/** A slash command being filled in, in the place of the message box. */
import { descriptionOf, labelOf } from "./command-words.js";
import { el, icon, ICONS } from "./dom.js";
import { optionField } from "./fields.js";
import { showModal } from "./modal.js";
import { OPTION } from "./numbers.js";
import { act } from "./store.js";
import { whileSending } from "./timeline.js";

/** @import { PageCommand, PageDescribed, PageOption } from "../src/live/page-types.ts" */
/** @import { Field, FieldValue } from "./fields.js" */

/**
 * A command, or a subcommand by its full name; `label` and `description` as the person at the keyboard reads them.
 * @typedef {{ name: string, label: string, description: string, options: readonly PageOption[] }} Offer
 */

/**
 * What `/` offers.
 * @param {readonly PageCommand[]} commands
 * @returns {Offer[]}
 */
export function offered(commands) {
  return commands.filter(({ type }) => (type ?? 1) === 1).flatMap((command) => leaves(command, "", ""));
}

/**
 * @param {PageDescribed & { options?: readonly PageOption[] }} node
 * @param {string} names that lead there, with a space
 * @param {string} labels likewise
 * @returns {Offer[]}
 */
function leaves(node, names, labels) {
  const { options = [] } = node;
  const [name, label] = [names + node.name, labels + labelOf(node)];
  const subs = options.filter(({ type }) => type === OPTION.subcommand || type === OPTION.subcommandGroup);
  if (subs.length > 0) return subs.flatMap((sub) => leaves(sub, `${name} `, `${label} `));
  return [{ name, label, description: descriptionOf(node), options }];
}

export class CommandForm {
  /** @param {{ command: Offer, channelId: string, onClose: () => void }} options */
  constructor({ command, channelId, onClose }) {
    this.command = command;
    this.channelId = channelId;
    this.onClose = onClose;
    /** @type {Map<string, { option: PageOption, field: Field }>} */
    this.fields = new Map();
    this.tiles = el("div", { class: "tiles" });
    this.inputs = el("div", { class: "option-inputs" });
    this.more = el("div", { class: "more-options", role: "group", "aria-label": "Optional settings" });
    this.error = el("p", { class: "form-error", role: "alert" });
    this.sendButton = el(
      "button",
      { class: "send", type: "submit", "aria-label": `Send /${command.label}`, title: "Send (Enter)" },
      icon(ICONS.send, 22),
    );
    this.node = el(
      "form",
      { class: "command-form", "aria-label": `/${command.label}`, novalidate: true },
      el(
        "div",
        { class: "command-head" },
        el("img", { src: "/page/icon.svg", alt: "", width: 22, height: 22 }),
        el("strong", { text: `/${command.label}` }),
        el("span", { class: "muted", text: command.description }),
        el(
          "button",
          { class: "icon-button", type: "button", "aria-label": "Cancel the command", on: { click: onClose } },
          icon(ICONS.close, 20),
        ),
      ),
      this.tiles,
      this.error,
      el("div", { class: "command-foot" }, this.inputs, this.more, this.sendButton),
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") onClose();
    });
    for (const option of command.options) if (option.required) this.add(option);
    this.drawMore();
    this.update();
  }

  /** @param {PageOption} option */
  add(option) {
    const field = optionField(option, {
      command: this.command.name,
      channelId: this.channelId,
      others: () => this.values().options,
      onChange: () => {
        this.update();
        if (field.isFile) this.focus();
      },
    });
    this.fields.set(option.name, { option, field });
    if (field.isFile) this.tiles.append(field.node);
    else {
      const remove =
        !option.required &&
        el(
          "button",
          {
            type: "button",
            class: "option-remove",
            "aria-label": `Remove ${labelOf(option)}`,
            on: { click: () => this.remove(option.name) },
          },
          icon(ICONS.close, 14),
        );
      this.inputs.append(
        el(
          "label",
          { class: "option", data: { name: option.name } },
          el("span", { class: "option-name", text: labelOf(option) }),
          field.node,
          remove,
        ),
      );
    }
    return field;
  }

  /** @param {string} name */
  remove(name) {
    this.fields.delete(name);
    this.inputs.querySelector(`[data-name="${CSS.escape(name)}"]`)?.remove();
    this.drawMore();
  }

  drawMore() {
    const rest = this.command.options.filter(({ name }) => !this.fields.has(name));
    this.more.replaceChildren(
      ...rest.map((option) =>
        el(
          "button",
          {
            type: "button",
            class: "chip",
            title: descriptionOf(option),
            on: {
              click: () => {
                const field = this.add(option);
                this.drawMore();
                field.focus();
              },
            },
          },
          `+ ${labelOf(option)}`,
        ),
      ),
    );
  }

  /**
   * Puts a file into the first attachment option that is empty, shown or not. Says whether there was one.
   * @param {File} file
   */
  take(file) {
    const shown = [...this.fields.values()].find(({ field }) => field.isEmpty?.())?.option;
    const option =
      shown ?? this.command.options.find(({ name, type }) => type === OPTION.attachment && !this.fields.has(name));
    if (option) this.fill(option.name, file);
    return option !== undefined;
  }

  /**
   * Fills an option by name.
   * @param {string} name
   * @param {FieldValue} value
   */
  fill(name, value) {
    const option = this.command.options.find((candidate) => candidate.name === name);
    if (option) (this.fields.get(name)?.field ?? this.add(option)).set(value);
    this.drawMore();
  }

  focus() {
    const open = [...this.fields.values()].find(({ field }) => !field.isValid());
    if (open) open.field.focus();
    else this.sendButton.focus();
  }

  update() {
    this.error.textContent = "";
    this.node.classList.toggle(
      "complete",
      [...this.fields.values()].every(({ field }) => field.isValid()),
    );
  }

  values() {
    /** @type {Record<string, Exclude<FieldValue, File>>} */
    const options = {};
    /** @type {[string, File][]} */
    const files = [];
    for (const [name, { field }] of this.fields) {
      const value = field.value();
      if (value === undefined) continue;
      if (value instanceof File) files.push([name, value]);
      else options[name] = value;
    }
    return { options, files };
  }

  async send() {
    const wrong = [...this.fields.values()].find(({ field }) => !field.isValid());
    if (wrong) {
      const { option, field } = wrong;
      const range = option.min_value === undefined ? "" : ` (${option.min_value} to ${option.max_value ?? "any"})`;
      this.error.textContent =
        field.value() === undefined && option.required
          ? `${labelOf(option)} is required. ${descriptionOf(option)}`
          : `${labelOf(option)} does not fit${range}.`;
      field.focus();
      return;
    }
    const { options, files } = this.values();
    const { command, channelId } = this;
    this.onClose();
    const answer = await whileSending({ channelId, label: `/${command.label}` }, () =>
      act("slash", { channel: channelId, command: command.name, options }, files),
    );
    if (answer?.modal) showModal(answer.modal);
  }
}
