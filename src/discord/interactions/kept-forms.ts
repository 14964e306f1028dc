/** What people filled into commands and forms that were refused, so that nobody fills in the same twice: the newest, in memory. */
import type { FilledForm } from "./filled-form.ts";

/** Forms of all people; each has some kilobytes at most. */
const MOST = 500;

export class KeptForms {
  /** By the interaction that was refused, oldest first. */
  readonly #forms = new Map<string, { readonly userId: string; readonly form: FilledForm }>();

  /** Keeps it where its person, and nobody else, finds it by the interaction's id. */
  keep({ id, user }: { readonly id: string; readonly user: { readonly id: string } }, form: FilledForm): void {
    this.#forms.set(id, { userId: user.id, form });
    if (this.#forms.size > MOST) this.#forms.delete(this.#forms.keys().next().value!);
  }

  /** Forgets what a member filled in. */
  dropOf(userId: string): void {
    for (const [key, form] of this.#forms) if (form.userId === userId) this.#forms.delete(key);
  }

  /** `null` when it was kept too long ago, or before a restart. */
  find(userId: string, id: string | undefined): FilledForm | null {
    const kept = this.#forms.get(id ?? "");
    return kept?.userId === userId ? kept.form : null;
  }
}
