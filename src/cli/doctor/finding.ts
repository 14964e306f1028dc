/** What the doctor finds. */

export interface Finding {
  /** `note`: worth knowing, nothing is broken. */
  readonly status: "ok" | "note" | "fault";
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const ok = (text: string): Finding => ({ status: "ok", text });
export const note = (text: string, advice?: string): Finding => ({ status: "note", text, ...(advice && { advice }) });
export const fault = (text: string, advice?: string): Finding => ({ status: "fault", text, ...(advice && { advice }) });
