/**
 * The library of a server as its commands use it: options with autocomplete, look-ups that fail in words.
 *
 * Face of this room, in which styles are kept and learned. Commands show them with `style-views.ts`, and read a style's file
 * from `token-transfer.ts`; the `LearningDesk` learns in the background.
 */
import type { AutocompleteInteraction } from "discord.js";

import { UserError } from "../../errors.ts";
import { promptHash } from "../../jobs/description.ts";
import { galleryStyle } from "../../jobs/gallery.ts";
import { newJobId } from "../../jobs/job-id.ts";
import type { Job, PictureRef } from "../../jobs/job.ts";
import { MOST_STYLES, STYLE_NAME_LENGTH, styleName, type Style } from "../../jobs/style.ts";
import type { WordList } from "../../word-list.ts";
import { expectWords } from "../safety/expect-words.ts";
import type { StyleVectors } from "../../jobs/style-vectors.ts";
import type { Tasks } from "../../jobs/tasks.ts";
import type { Store } from "../../store/store.ts";
import { plainName } from "../wording/markdown.ts";
import { namedStyleChoice, styleWords as words } from "../wording/styles.ts";

/** Most choices that Discord takes. */
const CHOICES = 25;

/** Where the library is kept. */
export interface LibraryParts {
  readonly store: Pick<Store, "styles">;
}

interface SavingParts extends LibraryParts {
  readonly styleVectors: Pick<StyleVectors, "look">;
  readonly words: WordList;
}

/** Styles whose name begins with what was typed so far, then those that hold it; learned ones say so. */
export async function styleChoices(
  interaction: AutocompleteInteraction<"cached">,
  { store }: LibraryParts,
): Promise<{ name: string; value: string }[]> {
  const typed = interaction.options.getFocused().slice(0, STYLE_NAME_LENGTH);
  const styles = await store.styles.search(interaction.guildId, typed, CHOICES);
  return styles.map(({ name, tokenSha256 }) => ({
    name: tokenSha256 === null ? name : namedStyleChoice.learned(name),
    value: name,
  }));
}

/** A style of the library. @throws UserError `style-unknown`, or `style-of-gallery` for one that no server has of its own */
export async function findStyle({ store }: LibraryParts, guildId: string | null, name: string): Promise<Style> {
  const style = guildId === null ? null : await store.styles.find(guildId, name.trim());
  if (style) return style;
  const shipped = galleryStyle(name);
  throw shipped
    ? new UserError("style-of-gallery", words.ofGallery(shipped.name))
    : new UserError("style-unknown", words.unknown(name));
}

/** @throws UserError `style-taken` for names of the gallery: what is called so is the same in every server */
export function assertNotOfGallery(name: string): void {
  const shipped = galleryStyle(name);
  if (shipped) throw new UserError("style-taken", words.takenByGallery(shipped.name));
}

export interface NewStyle {
  readonly guildId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly picture: PictureRef;
  readonly description: string | null;
  readonly tokenSha256: string | null;
}

/** @throws UserError when the name is taken, or the library is full: to be known before a picture is fetched */
export async function assertRoomFor(parts: LibraryParts, guildId: string, name: string): Promise<void> {
  await assertFree(parts, guildId, name);
  assertNotOfGallery(name);
}

async function assertFree({ store }: LibraryParts, guildId: string, name: string): Promise<void> {
  if ((await store.styles.count(guildId)) >= MOST_STYLES) throw new UserError("library-full", words.full(MOST_STYLES));
  if (await store.styles.find(guildId, name)) throw new UserError("style-taken", words.taken(name));
}

/**
 * Its picture is looked at in the background.
 *
 * @throws UserError when the name is taken or no name, a word of it is not wanted, or the library is full
 */
export async function saveStyle({ store, styleVectors, words: list }: SavingParts, given: NewStyle): Promise<Style> {
  expectWords(list, given.name, given.description);
  assertNotOfGallery(given.name);
  return insertStyle({ store, styleVectors }, given);
}

/** A copy of a gallery's style under its own name, where a server has to keep something of its own with it: a token. */
export const keepGalleryStyle = (
  parts: Omit<SavingParts, "words">,
  given: Pick<NewStyle, "guildId" | "ownerId" | "name" | "picture">,
): Promise<Style> => insertStyle(parts, { ...given, description: null, tokenSha256: null });

async function insertStyle({ store, styleVectors }: Omit<SavingParts, "words">, given: NewStyle): Promise<Style> {
  const style = { ...given, id: newJobId(), name: styleName(given.name), createdAt: Date.now() };
  await assertFree({ store }, style.guildId, style.name);
  if (!(await store.styles.insert(style))) throw new UserError("style-taken", words.taken(style.name));
  styleVectors.look(style.picture.sha256);
  return style;
}

/**
 * The style of the library with the job's style picture, else a new one under the picture's name.
 *
 * @throws UserError when the library is full
 */
export async function styleOf(
  parts: SavingParts,
  guildId: string,
  userId: string,
  { request }: Job,
): Promise<{ readonly style: Style; readonly isNew: boolean }> {
  const { style: picture, description } = request;
  const base = plainName(picture.name);
  for (let n = galleryStyle(base) ? 2 : 1; ; n++) {
    const name = n === 1 ? base : `${base} ${n}`;
    const known = await parts.store.styles.find(guildId, name);
    if (known?.picture.sha256 === picture.sha256) return { style: known, isNew: false };
    const fresh = { guildId, ownerId: userId, name, picture, description, tokenSha256: null };
    if (!known) return { style: await saveStyle(parts, fresh), isNew: true };
  }
}

/** The description people see: the owner's, else what a describer said of the picture before. */
export async function descriptionOf(
  { store, tasks }: { readonly store: Pick<Store, "captions">; readonly tasks: Pick<Tasks, "info"> },
  style: Style,
): Promise<string | null> {
  if (style.description !== null) return style.description;
  const describer = tasks.info?.describer;
  if (describer === undefined) return null;
  return store.captions.find({ styleSha256: style.picture.sha256, describer, promptHash: promptHash() });
}
