/** Whether a process can do its work now, part by part. */
import { messageOf } from "../errors.ts";
import { within } from "./within.ts";

/** Why a part cannot do its work, `null` or nothing when it can; what it throws is a reason, too. */
export type Check = () => Promise<string | null | void> | string | null;

export interface ReadinessReport {
  readonly ready: boolean;
  /** By part: `ok`, or what is missing. */
  readonly parts: Readonly<Record<string, string>>;
}

/** How long a part may think about it, milliseconds. */
const CHECK_MS = 2000;

export class Readiness {
  readonly #checks = new Map<string, Check>();

  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  async report(): Promise<ReadinessReport> {
    const asked = [...this.#checks].map(async ([name, check]): Promise<[string, string]> => {
      try {
        return [name, (await within(CHECK_MS, async () => check())) ?? "ok"];
      } catch (error) {
        return [name, messageOf(error)];
      }
    });
    const parts = Object.fromEntries(await Promise.all(asked));
    const ready = this.#checks.size > 0 && Object.values(parts).every((said) => said === "ok");
    return { ready, parts: this.#checks.size > 0 ? parts : { process: "it is starting" } };
  }
}
