/** Where one writes: text, files, and `/` for commands. */
import { CommandForm, offered } from "./command-form.js";
import { labelOf } from "./command-words.js";
import { closest, el, icon, ICONS } from "./dom.js";
import { filesOf, fileTile, named } from "./files.js";
import { stepOf } from "./popup.js";
import { act, botName, channel, channelName, emit, isDirect, may, on, sees, state } from "./store.js";
import { toast, wordsOf } from "./toast.js";

const LONGEST_MESSAGE = 2000;

/** How many there are: the page has one for the channel and one for the thread. */
let composers = 0;

/** @import { PageTry } from "../src/live/page-types.ts" */
/** @import { Offer } from "./command-form.js" */

/**
 * What was begun in a channel.
 * @typedef {{ text: string, files: File[] }} Draft
 */

export class Composer {
  /** @param {() => string | null} channelOf where it writes to */
  constructor(channelOf) {
    this.channelOf = channelOf;
    this.id = `commands-${++composers}`;
    /** @type {File[]} */
    this.files = [];
    /** @type {CommandForm | null} */
    this.form = null;
    /**
     * The channel that is written to.
     * @type {string | null}
     */
    this.at = null;
    /**
     * What was begun in others.
     * @type {Map<string, Draft>}
     */
    this.drafts = new Map();
    /**
     * The commands that fit what is typed, and which of them is picked.
     * @type {readonly Offer[]}
     */
    this.matches = [];
    this.picked = 0;
    this.toldTyping = 0;
    this.box = el("textarea", { class: "box", rows: 1, "aria-autocomplete": "list", "aria-controls": this.id });
    this.popup = el("div", {
      class: "command-popup",
      id: this.id,
      role: "listbox",
      "aria-label": "Commands",
      hidden: true,
    });
    this.tray = el("div", { class: "tray", hidden: true });
    this.tries = el("div", { class: "tries" });
    this.picker = el("input", {
      type: "file",
      multiple: true,
      class: "visually-hidden",
      tabindex: -1,
      "aria-hidden": "true",
    });
    this.bar = el(
      "div",
      { class: "bar" },
      this.tray,
      el(
        "div",
        { class: "bar-line" },
        el(
          "button",
          {
            class: "icon-button",
            type: "button",
            "aria-label": "Upload a file",
            on: { click: () => this.picker.click() },
          },
          icon(ICONS.plus, 24),
        ),
        this.box,
        this.picker,
      ),
    );
    this.closed = el("div", { class: "bar closed", hidden: true });
    this.slot = el("div");
    this.root = el("div", { class: "composer" }, this.tries, this.popup, this.slot, this.bar, this.closed);
    this.listen();
  }

  listen() {
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.picker.addEventListener("change", () => {
      this.receive([...(this.picker.files ?? [])]);
      this.picker.value = "";
    });
    this.popup.addEventListener("pointerdown", (event) => {
      const index = closest(event, "[data-index]")?.dataset["index"];
      if (index === undefined) return;
      event.preventDefault();
      this.pick(Number(index));
    });
    for (const topic of /** @type {const} */ (["commands", "all", "channels", "presence"]))
      on(topic, () => this.draw());
  }

  /** Turns to the channel that is shown now. What was begun stays with the channel it was for, while there is one. */
  open() {
    const next = this.channelOf();
    if (next === null) return;
    if (next !== this.at && this.form) this.closeForm();
    if (this.at === null || !channel(this.at)) this.at = next;
    if (next !== this.at) {
      this.drafts.set(this.at, { text: this.box.value, files: this.files });
      const { text, files } = this.drafts.get(next) ?? { text: "", files: [] };
      this.at = next;
      this.box.value = text;
      this.files = files;
      this.typed();
      this.drawTray();
    }
    this.draw();
  }

  /** Draws what depends on the channel. */
  draw() {
    const here = channel(this.channelOf() ?? "");
    if (!here) return;
    const thread = here.thread_metadata;
    const name = thread ? `“${here.name}”` : `${isDirect(here) ? "@" : "#"}${channelName(here)}`;
    this.box.placeholder = `Message ${name}`;
    this.box.setAttribute("aria-label", `Message ${name}`);
    const allowed = may(here.id, thread ? "sendInThreads" : "send");
    this.bar.hidden = this.form !== null || !allowed;
    this.closed.hidden = allowed;
    this.closed.textContent = "You do not have permission to send messages in this channel.";
    if (thread?.archived && !thread.locked) this.box.placeholder = "This thread is archived; a message opens it again";
    this.drawTries();
  }

  drawTries() {
    const here = this.channelOf() ?? "";
    const seen = offered(state.commands.filter((command) => sees(command, here)));
    const commands = new Map(seen.map((command) => [command.name, command]));
    const isPlace = channel(here)?.type === 0 && state.botOnline && this.form === null;
    const tries = isPlace ? state.tries.filter(({ command }) => commands.has(command)) : [];
    this.tries.hidden = tries.length === 0;
    this.tries.replaceChildren(
      el("span", { class: "muted", text: "Try it:" }),
      ...tries.map(({ label, command, files }) =>
        el(
          "button",
          {
            class: "try",
            type: "button",
            on: { click: () => void this.begin(/** @type {Offer} */ (commands.get(command)), files) },
          },
          ...files.map(({ url }) => el("img", { src: url, alt: "", width: 28, height: 28 })),
          label,
        ),
      ),
    );
  }

  /**
   * Begins a command with some of its pictures filled in.
   * @param {Offer} command
   * @param {PageTry["files"]} files
   */
  async begin(command, files) {
    const form = this.choose(command);
    for (const { option, url, name } of files) {
      const blob = await (await fetch(url)).blob();
      form.fill(option, new File([blob], name, { type: blob.type }));
    }
    form.focus();
  }

  typed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 240)}px`;
    const query = /^\/([-_'\p{L}\p{N} ]*)$/u.exec(this.box.value)?.[1];
    const here = this.channelOf() ?? "";
    const all = query === undefined ? [] : offered(state.commands.filter((command) => sees(command, here)));
    const words = (query ?? "").trim().toLowerCase();
    this.matches = all.filter(({ name, label }) => name.includes(words) || label.includes(words));
    this.picked = 0;
    this.drawPopup(query !== undefined);
    const now = Date.now();
    if (this.box.value && !this.box.value.startsWith("/") && now - this.toldTyping > 6000) {
      this.toldTyping = now;
      act("typing", { channel: this.channelOf() }).catch(() => undefined);
    }
  }

  /** @param {boolean} open */
  drawPopup(open) {
    this.popup.hidden = !open;
    this.box.setAttribute("aria-expanded", String(open));
    if (open && this.matches.length > 0) this.box.setAttribute("aria-activedescendant", `${this.id}-${this.picked}`);
    else this.box.removeAttribute("aria-activedescendant");
    if (!open) return;
    this.popup.replaceChildren(
      el(
        "div",
        { class: "popup-head" },
        el("img", { src: "/page/icon.svg", alt: "", width: 20, height: 20 }),
        el("span", { text: this.matches.length > 0 ? botName() : "No command of that name" }),
      ),
      ...this.matches.map((command, index) =>
        el(
          "div",
          {
            class: "command-row",
            role: "option",
            id: `${this.id}-${index}`,
            "aria-selected": index === this.picked ? "true" : "false",
            data: { index: String(index) },
          },
          el(
            "div",
            {},
            el("strong", { text: `/${command.label}` }),
            ...command.options
              .filter(({ required }) => required)
              .map((option) => el("span", { class: "option-hint", text: labelOf(option) })),
          ),
          el("span", { class: "muted", text: command.description }),
        ),
      ),
    );
    this.popup.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.popup.hidden && this.matches.length > 0) {
      const step = stepOf(event);
      if (step !== 0) {
        event.preventDefault();
        this.picked = (this.picked + step + this.matches.length) % this.matches.length;
        this.drawPopup(true);
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        this.pick(this.picked);
        return;
      }
    }
    if (event.key === "Escape") {
      this.box.value = "";
      this.typed();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void this.say();
    }
  }

  /**
   * Takes one of the commands that fit.
   * @param {number} index
   */
  pick(index) {
    const command = this.matches[index];
    if (command) this.choose(command);
  }

  /**
   * Begins to fill in a command.
   * @param {Offer} command
   */
  choose(command) {
    this.box.value = "";
    this.typed();
    const form = new CommandForm({ command, channelId: this.channelOf() ?? "", onClose: () => this.closeForm() });
    this.form = form;
    this.slot.replaceChildren(form.node);
    this.draw();
    for (const file of this.files.splice(0)) form.take(file);
    this.drawTray();
    form.focus();
    return form;
  }

  closeForm() {
    this.form = null;
    this.slot.replaceChildren();
    this.draw();
    this.box.focus();
  }

  /**
   * Files from anywhere: into the open command, else beside the text.
   * @param {readonly File[]} files
   */
  receive(files) {
    for (const [index, file] of files.entries()) {
      const given = named(file, index);
      if (this.form) {
        if (!this.form.take(given)) toast("Every file of this command is chosen; drop on one to replace it.");
      } else if (this.files.length < 10) this.files.push(given);
    }
    this.drawTray();
  }

  drawTray() {
    this.tray.hidden = this.files.length === 0;
    this.tray.replaceChildren(
      ...this.files.map((file) =>
        fileTile(file, () => {
          this.files.splice(this.files.indexOf(file), 1);
          this.drawTray();
        }),
      ),
    );
  }

  async say() {
    const text = this.box.value.trim();
    if (text === "" && this.files.length === 0) return;
    const { length } = Array.from(text);
    if (length > LONGEST_MESSAGE) {
      const [count, most] = [length, LONGEST_MESSAGE].map((number) => number.toLocaleString("en"));
      toast(`Your message is too long: ${count} of at most ${most} characters.`);
      return;
    }
    const files = this.files.splice(0);
    this.box.value = "";
    this.typed();
    this.drawTray();
    const channelId = this.channelOf() ?? "";
    emit("sent", channelId);
    try {
      const named = files.map((file, index) => /** @type {const} */ ([`file${index}`, file]));
      await act("say", { channel: channelId, text }, named);
    } catch (error) {
      toast(wordsOf(error));
      this.box.value ||= text;
      this.files.unshift(...files);
      this.drawTray();
    }
  }

  /**
   * Pasted files.
   * @param {ClipboardEvent} event
   */
  paste(event) {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    this.receive(files);
  }
}
