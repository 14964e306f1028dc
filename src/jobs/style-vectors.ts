/** Looks at the pictures of styles in the background, one after the other; nothing waits for it, nothing fails by it. */
import { CancelledError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { GalleryStyle } from "./gallery.ts";
import { galleryById, galleryVectors } from "./gallery-likeness.ts";
import { type Kin, similarTo, type StyleVectorRepository } from "./style-likeness.ts";
import type { Style, StyleRepository } from "./style.ts";
import type { Tasks } from "./tasks.ts";

export interface StyleVectorsOptions {
  readonly tasks: Pick<Tasks, "info" | "styleVector">;
  readonly store: {
    readonly styleVectors: StyleVectorRepository;
    readonly styles: Pick<StyleRepository, "get">;
  };
  readonly log: Logger;
}

/** Pictures that are asked for at once from the database. */
const BATCH = 100;

export class StyleVectors {
  readonly #options: StyleVectorsOptions;
  readonly #closing = new AbortController();
  /** Sha256 of pictures to be looked at, in this order. */
  readonly #waiting = new Set<string>();
  /** Sha256 of those that cannot be looked at: they are left to the next start. */
  readonly #failed = new Set<string>();
  /** The last picture that was taken from those an earlier run left; `null` when there are no more. */
  #left: string | null = null;
  #running: Promise<void> | null = null;

  constructor(options: StyleVectorsOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier run left, all styles of a database that knows no vectors too. */
  resume(): void {
    this.#left = "";
    this.#begin();
  }

  /** Has a picture of a style looked at, before those that an earlier run left. Returns at once. */
  look(sha256: string): void {
    this.#waiting.add(sha256);
    this.#begin();
  }

  /**
   * The `most` styles of its server, and of `gallery`, that are closest to one, as far as is known; what is not is looked at
   * next.
   *
   * @param id of a style of the server, or a `galleryId`
   */
  async kinOf(
    { id, guildId }: Pick<Style, "id" | "guildId">,
    most: number,
    gallery: readonly GalleryStyle[] = [],
  ): Promise<Kin> {
    const { tasks, store } = this.#options;
    const network = tasks.info?.styleNetwork ?? "";
    const library = await store.styleVectors.inServer(guildId, network);
    const unseen = library.filter(({ vector }) => vector === null);
    for (const { pictureSha256 } of unseen) this.look(pictureSha256);
    const all = [...library, ...galleryVectors(network, gallery)];
    const ids = similarTo(id, all);
    return {
      similar: ids && (await this.#stylesOf(ids.slice(0, most))),
      count: ids?.length ?? 0,
      others: all.filter(({ styleId }) => styleId !== id).length,
      unseen: unseen.length,
    };
  }

  async #stylesOf(ids: readonly string[]): Promise<readonly (Style | GalleryStyle)[]> {
    const saved = await this.#options.store.styles.get(ids.filter((id) => galleryById(id) === null));
    return ids.flatMap((id) => galleryById(id) ?? saved.find((style) => style.id === id) ?? []);
  }

  /** Leaves what has not been looked at to the next start. */
  async close(): Promise<void> {
    this.#closing.abort(new CancelledError("The bot is going down"));
    await this.#running;
  }

  #begin(): void {
    this.#running ??= this.#work(this.#closing.signal)
      .catch((error: unknown) => this.#options.log.warn({ err: error }, "pictures of styles are not looked at"))
      .finally(() => {
        this.#running = null;
        // What was asked for between the last look and this.
        if (this.#waiting.size > 0 && !this.#closing.signal.aborted) this.#begin();
      });
  }

  async #work(signal: AbortSignal): Promise<void> {
    const network = this.#options.tasks.info?.styleNetwork;
    if (network === undefined) return this.#waiting.clear();
    while (!signal.aborted && (this.#waiting.size > 0 || (await this.#takeLeft(network)))) {
      const sha256 = this.#waiting.values().next().value!;
      this.#waiting.delete(sha256);
      if (!this.#failed.has(sha256)) await this.#look(sha256, network, signal);
    }
  }

  /** @returns whether there was anything left */
  async #takeLeft(network: string): Promise<boolean> {
    if (this.#left === null) return false;
    const pictures = await this.#options.store.styleVectors.unseen(network, this.#left, BATCH);
    for (const sha256 of pictures) this.#waiting.add(sha256);
    this.#left = pictures.at(-1) ?? null;
    return pictures.length > 0;
  }

  async #look(sha256: string, network: string, signal: AbortSignal): Promise<void> {
    const { tasks, store, log } = this.#options;
    try {
      const vector = await tasks.styleVector({ sha256 }, { signal });
      await store.styleVectors.save(sha256, network, vector);
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.#failed.add(sha256);
      log.warn({ err: error, picture: sha256 }, "the picture of a style cannot be looked at");
    }
  }
}
