/** A channel or a thread on the screen: its header, its timeline, its composer. */
import { Composer } from "./composer.js";
import { closest, el, present } from "./dom.js";
import { filesOf } from "./files.js";
import { channel } from "./store.js";
import { Timeline } from "./timeline.js";

/** @import { PageChannel } from "../src/live/page-types.ts" */
/** @import { Child } from "./dom.js" */

export class View {
  /**
   * @param {HTMLElement} root
   * @param {() => string | null} channelOf
   * @param {(channel: PageChannel) => readonly Child[]} header
   */
  constructor(root, channelOf, header) {
    this.root = root;
    this.channelOf = channelOf;
    this.headerOf = header;
    this.header = el("header", { class: "view-head" });
    this.timeline = new Timeline(channelOf);
    this.composer = new Composer(channelOf);
    this.veil = el("div", { class: "drop-veil", hidden: true }, el("strong", { text: "Drop it here" }));
    root.replaceChildren(this.header, this.timeline.root, this.composer.root, this.timeline.typing, this.veil);
    this.listen();
  }

  listen() {
    let depth = 0;
    /** @param {DragEvent} event */
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    this.root.addEventListener("dragenter", (event) => {
      if (!hasFiles(event)) return;
      depth += 1;
      this.veil.hidden = false;
    });
    this.root.addEventListener("dragleave", () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) this.veil.hidden = true;
    });
    this.root.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    this.root.addEventListener(
      "drop",
      (event) => {
        depth = 0;
        this.veil.hidden = true;
        if (!hasFiles(event) || closest(event, ".drop-tile")) return;
        event.preventDefault();
        this.composer.receive(filesOf(event.dataTransfer));
      },
      true,
    );
    this.root.addEventListener("paste", (event) => this.composer.paste(event));
  }

  drawHeader() {
    const here = channel(this.channelOf() ?? "");
    if (here) this.header.replaceChildren(...present(this.headerOf(here)));
  }

  /** Shows another channel from its end. */
  open() {
    this.drawHeader();
    this.composer.open();
    this.timeline.open();
  }
}
