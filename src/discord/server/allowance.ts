/** How many pictures a server lets a member have, in a day and at once, counted from the table of jobs. */
import { UserError } from "../../errors.ts";
import type { ServerSettings } from "../../server-settings.ts";
import type { Store } from "../../store/store.ts";
import { refusal } from "../wording/settings.ts";
import type { Visitor } from "./house-rules.ts";

const DAY_MS = 86_400_000;

export class Allowances {
  readonly #store: Pick<Store, "jobs">;
  /** The last of each member's commands in a server, of those that are counted. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(store: Pick<Store, "jobs">) {
    this.#store = store;
  }

  /**
   * Of several commands that one member has on their way, the next is counted when the one before has its jobs in the
   * table, or came to nothing.
   *
   * @returns to be called when that is so
   * @throws UserError `daily-limit` or `waiting-limit`, that says who can allow more
   */
  async enter(visitor: Visitor, settings: ServerSettings, pictures: number): Promise<() => void> {
    if (isFree(visitor, settings)) return () => undefined;
    const key = `${visitor.guildId}/${visitor.user.id}`;
    const before = this.#last.get(key);
    let end = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#last.set(key, mine);
    const leave = (): void => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
      end();
    };
    try {
      await before;
      await this.assertRoom(visitor, settings, pictures);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** A look, by the jobs that are in the table. @throws UserError as `enter` does */
  async assertRoom(visitor: Visitor, settings: ServerSettings, pictures: number): Promise<void> {
    if (isFree(visitor, settings)) return;
    const { askedAt, unsettled } = await this.#store.jobs.tally(visitor.user.id, visitor.guildId, Date.now() - DAY_MS);
    const { waitingPictures: atOnce } = settings;
    if (atOnce !== null && unsettled + pictures > atOnce)
      throw new UserError("waiting-limit", refusal.waiting(atOnce, pictures));
    const daily = dailyOf(visitor, settings);
    const tooMany = daily === null ? 0 : askedAt.length + pictures - daily;
    if (daily === null || tooMany <= 0) return;
    const oldest = askedAt[tooMany - 1];
    throw new UserError("daily-limit", refusal.daily(daily, pictures, oldest === undefined ? null : oldest + DAY_MS));
  }
}

/** Whether nothing need be counted. */
const isFree = (visitor: Visitor, settings: ServerSettings): boolean =>
  settings.waitingPictures === null && dailyOf(visitor, settings) === null;

/** Pictures in 24 hours by the highest role that has a number, else by what is set for all; `null`: no limit. */
function dailyOf({ member }: Visitor, { dailyByRole, dailyPictures }: ServerSettings): number | null {
  const [highest] = [...member.roles.cache]
    .filter(([id]) => dailyByRole[id] !== undefined)
    .toSorted(([, a], [, b]) => b.position - a.position);
  return highest === undefined ? dailyPictures : (dailyByRole[highest[0]] ?? null);
}
