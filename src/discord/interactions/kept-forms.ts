/** What people filled into forms that were refused, so that nobody fills in the same twice: the newest, in memory. */
import { randomBytes } from "node:crypto";

/** Answers by the custom id of their field. */
export type Answers = Readonly<Record<string, string>>;

/** Forms of all people; each has some kilobytes at most. */
const MOST = 500;

export class KeptForms {
  /** Oldest first. */
  readonly #forms = new Map<string, { readonly userId: string; readonly answers: Answers }>();

  /** @returns the key under which its person, and nobody else, finds it */
  keep(userId: string, answers: Answers): string {
    const key = randomBytes(6).toString("hex");
    this.#forms.set(key, { userId, answers });
    if (this.#forms.size > MOST) this.#forms.delete(this.#forms.keys().next().value!);
    return key;
  }

  /** Forgets what a member filled in. */
  dropOf(userId: string): void {
    for (const [key, form] of this.#forms) if (form.userId === userId) this.#forms.delete(key);
  }

  /** `null` when it was kept too long ago, or before a restart. */
  find(userId: string, key: string | undefined): Answers | null {
    const form = this.#forms.get(key ?? "");
    return form?.userId === userId ? form.answers : null;
  }
}
