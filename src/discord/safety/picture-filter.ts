/**
 * What becomes of pictures that may be for adults alone, by what the server has set for the channel: uploads are refused,
 * whatever goes out is covered or left out.
 *
 * Face of this room. Every message passes `cover` on its way out (`Venue`, `Reply`), so that no view need think of it.
 */
import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "discord.js";

import { UserError } from "../../errors.ts";
import { blankPng } from "../../images/blank-picture.ts";
import type { PictureSafety } from "../../jobs/picture-safety.ts";
import type { StoredPicture } from "../../jobs/tasks.ts";
import type { Filter } from "../../server-settings.ts";
import type { ServerSettingRepository } from "../../store/server-setting-repository.ts";
import { text } from "../messages/components.ts";
import { replaceFiles, type View, type ViewFile } from "../messages/view.ts";
import { safety as words } from "../wording/safety.ts";

/**
 * How long a message waits for the engine to look at what members sent, which takes some tenths of a second when it is free;
 * and at a result, which may be the last that a message shows.
 */
const LOOK_MS = { sent: 3000, result: 60_000 } as const;

export interface PictureFilterOptions {
  readonly client: Client;
  readonly safety: PictureSafety;
  readonly settings: Pick<ServerSettingRepository, "get">;
}

export class PictureFilter {
  readonly #options: PictureFilterOptions;

  constructor(options: PictureFilterOptions) {
    this.#options = options;
  }

  /** Whether anybody looks at pictures. */
  get isOn(): boolean {
    return this.#options.safety.isOn;
  }

  /** @throws UserError `picture-unsafe` where the server does not take such pictures */
  async admit(channelId: string | null, pictures: readonly StoredPicture[]): Promise<void> {
    if ((await this.#rulesIn(channelId)).filter !== "refuse") return;
    for (const picture of pictures)
      if (await this.#options.safety.isUnsafe(picture)) throw new UserError("picture-unsafe", words.refused);
  }

  /** The view as it may be shown there; what was covered once is left as it is. */
  readonly cover = async (shown: View, channelId: string | null): Promise<View> => {
    const looked = shown.files.filter(
      (file) => file.shows !== undefined || file.unsafe === true || file.isResult === true,
    );
    if (looked.length === 0) return shown;
    const { filter, spoilers } = await this.#rulesIn(channelId);
    const covers = new Map<ViewFile, ViewFile>();
    let isFlagged = false;
    for (const file of filter === "off" ? [] : looked) {
      const unsafe = await this.#isUnsafe(file);
      if (unsafe === false) continue;
      covers.set(file, filter === "blur" && file.shows ? spoiler(file) : await blank(file));
      isFlagged ||= unsafe === true;
    }
    for (const file of spoilers ? looked : []) if (file.isResult && !covers.has(file)) covers.set(file, spoiler(file));
    if (covers.size === 0) return shown;
    const covered = replaceFiles(shown, covers);
    if (!isFlagged) return covered;
    const note = text(filter === "blur" ? words.covered : words.withheld).toJSON();
    return { ...covered, components: [...covered.components, note] };
  };

  /** @returns `null` where nobody has had the time to look at it: it is covered meanwhile, as messages do not wait for that */
  async #isUnsafe({ shows = [], unsafe = false, isResult = false }: ViewFile): Promise<boolean | null> {
    if (unsafe) return true;
    const looks = Promise.all(shows.map((sha256) => this.#options.safety.isUnsafe({ sha256 })));
    looks.catch(() => undefined);
    const verdicts = await Promise.race([looks, sleep(isResult ? LOOK_MS.result : LOOK_MS.sent, null, { ref: false })]);
    return verdicts && verdicts.includes(true);
  }

  /** A thread is as its channel is. */
  async #rulesIn(channelId: string | null): Promise<Rules> {
    const { client, safety, settings } = this.#options;
    const channel = channelId === null ? null : await client.channels.fetch(channelId).catch(() => null);
    if (!channel || channel.isDMBased()) return { filter: safety.isOn ? "blur" : "off", spoilers: false };
    const home = channel.isThread() ? channel.parent : channel;
    const { filter, ageRestrictedFilter, spoilers } = await settings.get(channel.guildId);
    if (!safety.isOn) return { filter: "off", spoilers };
    return { filter: home && "nsfw" in home && home.nsfw ? ageRestrictedFilter : filter, spoilers };
  }
}

/** What a server has set for a channel: what becomes of flagged pictures, and whether results are covered anyway. */
interface Rules {
  readonly filter: Filter;
  readonly spoilers: boolean;
}

/** By its name the attachment is covered too, wherever it is shown without its message. */
const spoiler = ({ name, data, alt, key }: ViewFile): ViewFile => ({
  name: `SPOILER_${name}`,
  data,
  alt,
  key,
  isSpoiler: true,
});

/** Something in its place, as a gallery may not be empty. */
const blank = async ({ name }: ViewFile): Promise<ViewFile> => ({
  name: `${name.replace(/\.\w+$/, "")}-withheld.png`,
  data: await blankPng(),
  alt: words.withheldAlt,
  key: "withheld",
});
