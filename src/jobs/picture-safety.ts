/** Which stored pictures may be for adults alone: each is looked at once by each checker. */
import { CancelledError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { StoredPicture, Tasks } from "./tasks.ts";

/** Verdicts go with their pictures. */
export interface SafetyVerdictRepository {
  /** @returns `null` where this checker has not looked at it */
  find(sha256: string, checker: string): Promise<boolean | null>;
  /** Does nothing where the picture is not known any more. */
  save(sha256: string, checker: string, unsafe: boolean): Promise<void>;
}

export interface PictureSafetyOptions {
  readonly tasks: Pick<Tasks, "info" | "isUnsafe">;
  readonly verdicts: SafetyVerdictRepository;
  readonly log: Logger;
}

export class PictureSafety {
  readonly #options: PictureSafetyOptions;

  constructor(options: PictureSafetyOptions) {
    this.#options = options;
  }

  /** Whether anybody looks at pictures. */
  get isOn(): boolean {
    return this.#checker !== null;
  }

  get #checker(): string | null {
    return this.#options.tasks.info?.safetyChecker ?? null;
  }

  /**
   * A picture that cannot be looked at counts as unsafe, and is looked at the next time.
   *
   * @throws CancelledError when the engine is stopped
   */
  async isUnsafe({ sha256 }: StoredPicture): Promise<boolean> {
    const { tasks, verdicts, log } = this.#options;
    const checker = this.#checker;
    if (checker === null) return false;
    try {
      const known = await verdicts.find(sha256, checker);
      if (known !== null) return known;
      const unsafe = await tasks.isUnsafe({ sha256 });
      await verdicts.save(sha256, checker, unsafe);
      return unsafe;
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      log.warn(
        { picture: sha256, error: messageOf(error) },
        "a picture could not be looked at, and is held to be unsafe",
      );
      return true;
    }
  }
}
