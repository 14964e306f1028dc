/** What happened in a soak and when, to be read after a violation. */

export type Party = "fault" | "member" | "bot" | "soak";

export class Timeline {
  readonly #began = Date.now();
  readonly #lines: string[] = [];

  note(party: Party, what: string): void {
    const now = new Date();
    const seconds = ((now.getTime() - this.#began) / 1000).toFixed(2).padStart(7);
    this.#lines.push(`${now.toISOString().slice(11, 23)} ${seconds} s  ${party.padEnd(6)}  ${what}`);
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
