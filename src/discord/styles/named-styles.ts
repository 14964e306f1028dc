/**
 * Styles that somebody can name, from wherever they come: their server's library, the gallery that comes with Atelier, and
 * what they painted with lately. Of one name the library's counts.
 */
import type { AutocompleteInteraction } from "discord.js";

import type { Weighed } from "../../blend.ts";
import { UserError } from "../../errors.ts";
import { GALLERY, galleryStyle, type ShippedPicture } from "../../jobs/gallery.ts";
import { isJobId } from "../../jobs/job-id.ts";
import { type PictureRef, serverOf } from "../../jobs/job.ts";
import { stylesOf } from "../../jobs/request-styles.ts";
import { foldedName, STYLE_NAME_LENGTH } from "../../jobs/style.ts";
import type { Store } from "../../store/store.ts";
import { blendWords } from "../wording/blends.ts";
import { plainName } from "../wording/markdown.ts";
import { namedStyleChoice, styleWords as words } from "../wording/styles.ts";

/** Most choices that Discord takes. */
const CHOICES = 25;
/** Of these, styles of the member's last pictures; so many of their jobs are looked through. */
const [MOST_RECENT, LOOKED_THROUGH] = [4, 20];

export interface NamedStyle {
  readonly name: string;
  readonly from: "library" | "gallery" | "recent";
  /** What the intake takes as a style, named after it. */
  readonly picture: PictureRef | ShippedPicture;
  /** The owner's words; `null`: the describer's. */
  readonly description: string | null;
}

/** Whose styles. */
export interface StyleScope {
  /** `null` where there is no server, and so no library. */
  readonly guildId: string | null;
  readonly userId: string;
}

interface NamedStyleParts {
  readonly store: Pick<Store, "styles" | "jobs">;
}

/** A choice for autocomplete; `findNamedStyle` knows its value. */
export interface StyleChoice {
  readonly name: string;
  readonly value: string;
}

/**
 * Choices for what was typed so far: styles whose name begins with it, then those that hold it; of either the member's last
 * ones first, then the library's, then the gallery's. The gallery's always have room.
 */
export async function namedStyleChoices(
  { store }: NamedStyleParts,
  scope: StyleScope,
  text: string,
  { recent: withRecent = true } = {},
): Promise<readonly StyleChoice[]> {
  const typed = foldedName(text.trim().slice(0, STYLE_NAME_LENGTH));
  const [library, recent] = await Promise.all([
    scope.guildId === null ? [] : store.styles.search(scope.guildId, typed, CHOICES),
    withRecent ? recentStyles({ store }, scope) : [],
  ]);
  const own = new Set(library.map(({ name }) => foldedName(name)));
  const ofGallery = GALLERY.filter(({ name }) => !own.has(foldedName(name)) && foldedName(name).includes(typed));
  const ofRecent = recent.filter(({ name }) => foldedName(name).includes(typed)).slice(0, MOST_RECENT);
  const room = CHOICES - ofGallery.length - ofRecent.length;
  const rank = (name: string): number => Number(!foldedName(name).startsWith(typed));
  return [
    ...ofRecent.map(({ name, jobId }) => ({ rank: rank(name), name: namedStyleChoice.recent(name), value: jobId })),
    ...library.slice(0, room).map(({ name, tokenSha256 }) => ({
      rank: rank(name),
      name: tokenSha256 === null ? name : namedStyleChoice.learned(name),
      value: name,
    })),
    ...ofGallery.map(({ name }) => ({ rank: rank(name), name: namedStyleChoice.gallery(name), value: name })),
  ]
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name, value }) => ({ name, value }));
}

/** Choices of an option that takes the name of a style and nothing else. */
export const nameChoices = (
  { guildId, user, options }: AutocompleteInteraction<"cached">,
  parts: NamedStyleParts,
): Promise<readonly StyleChoice[]> =>
  namedStyleChoices(parts, { guildId, userId: user.id }, options.getFocused(), { recent: false });

/**
 * The style that somebody chose or typed.
 *
 * @param text a name, or the value of a choice
 * @throws UserError `style-unknown`
 */
export async function findNamedStyle(
  { store }: NamedStyleParts,
  { guildId, userId }: StyleScope,
  text: string,
): Promise<NamedStyle> {
  const name = text.trim();
  const own = guildId === null ? null : await store.styles.find(guildId, name);
  if (own)
    return {
      name: own.name,
      from: "library",
      picture: { ...own.picture, name: own.name },
      description: own.description,
    };
  const shipped = galleryStyle(name);
  if (shipped) return { name: shipped.name, from: "gallery", picture: shipped, description: null };
  const job = isJobId(name) ? await store.jobs.get(name) : null;
  // Ids can be typed: nobody gets at another member's picture, nor at what was painted elsewhere.
  if (job?.request.userId !== userId || serverOf(job.request) !== guildId)
    throw new UserError("style-unknown", guildId === null ? words.unknownOutside(text) : words.unknown(text));
  const { picture, description } = stylesOf(job.request)[0];
  return { name: picture.name, from: "recent", picture, description };
}

/**
 * Several of them, which are to be blended.
 *
 * @throws UserError `style-unknown`, or `style-twice` where two are the same
 */
export async function findNamedStyles(
  parts: NamedStyleParts,
  scope: StyleScope,
  asked: readonly Weighed<{ readonly name: string }>[],
): Promise<readonly Weighed<NamedStyle>[]> {
  const found: Weighed<NamedStyle>[] = [];
  const seen = new Set<string>();
  for (const { name, weight } of asked) {
    const style = await findNamedStyle(parts, scope, name);
    const { picture } = style;
    const known = "sha256" in picture ? picture.sha256 : picture.file;
    if (seen.has(known)) throw new UserError("style-twice", blendWords.twice(plainName(style.name)));
    seen.add(known);
    found.push({ ...style, weight });
  }
  return found;
}

/** Style pictures of the member's last jobs that have no name in gallery or library, the newest first, each once. */
async function recentStyles(
  { store }: NamedStyleParts,
  { guildId, userId }: StyleScope,
): Promise<readonly { readonly name: string; readonly jobId: string }[]> {
  const jobs = await store.jobs.painted(userId, guildId, { limit: LOOKED_THROUGH });
  const seen = new Set<string>();
  const found: { name: string; jobId: string }[] = [];
  for (const { id, request } of jobs) {
    const { sha256, name } = request.style;
    if (seen.has(sha256) || galleryStyle(name)) continue;
    seen.add(sha256);
    if (guildId !== null && (await store.styles.find(guildId, name))) continue;
    found.push({ name: plainName(name), jobId: id });
  }
  return found;
}
