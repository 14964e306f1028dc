/** `/styles`: gallery and library as pages of pictures, each with a button that leads to painting. */
import { type ButtonBuilder, ButtonStyle, ContainerBuilder } from "discord.js";

import { readStoredPicture } from "../../images/decode.ts";
import { thumbnail } from "../../images/encode.ts";
import { GALLERY, type GalleryStyle } from "../../jobs/gallery.ts";
import type { Style } from "../../jobs/style.ts";
import type { Store } from "../../store/store.ts";
import { ACCENT, gallery, press, row, text } from "../messages/components.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { view, type View, type ViewFile } from "../messages/view.ts";
import { stylesWords as words } from "../wording/gallery.ts";

/** Two rows of three, pictures and buttons alike. */
const [PER_PAGE, PER_ROW] = [6, 3];
/** Long side of a picture on a page, pixels. */
const SIDE = 480;

interface StylePagesParts {
  readonly store: Pick<Store, "files" | "styles">;
}

interface Shown {
  readonly name: string;
  readonly file: ViewFile;
}

/** @param page from 1; what is beyond the last shows that */
export async function stylesPage({ store }: StylePagesParts, guildId: string, page: number): Promise<View> {
  const saved = await store.styles.count(guildId);
  const ours = Math.ceil(GALLERY.length / PER_PAGE);
  const pages = ours + Math.ceil(saved / PER_PAGE);
  const at = Math.min(Math.max(1, Math.trunc(page)), pages);
  const shown =
    at <= ours
      ? await galleryPage({ store }, guildId, (at - 1) * PER_PAGE)
      : await Promise.all(
          (await store.styles.list(guildId, (at - ours - 1) * PER_PAGE, PER_PAGE)).map((style, i) =>
            ofLibrary({ store }, style, i),
          ),
        );
  const buttons = shown.map(({ name }) => press("paint-with", words.paint(name), ButtonStyle.Secondary, "style", name));
  const box = new ContainerBuilder().setAccentColor(ACCENT.done).addTextDisplayComponents(
    text(
      words.page(
        shown.map(({ name }) => name),
        at,
        pages,
        saved,
      ),
    ),
  );
  if (shown.length > 0) box.addMediaGalleryComponents(gallery(shown.map(({ file }) => file)));
  for (let i = 0; i < buttons.length; i += PER_ROW) box.addActionRowComponents(row(...buttons.slice(i, i + PER_ROW)));
  box.addActionRowComponents(
    row(
      turn(words.previous, at - 1, at > 1),
      press("paint-with", words.surprise, ButtonStyle.Primary, "surprise"),
      turn(words.next, at + 1, at < pages),
    ),
  );
  return view(
    [box],
    shown.map(({ file }) => file),
  );
}

const turn = (label: string, page: number, isThere: boolean): ButtonBuilder =>
  press("styles", label, ButtonStyle.Secondary, String(page)).setDisabled(!isThere);

/** Where the library has a style of the same name, that one's picture stands for it. */
async function galleryPage(parts: StylePagesParts, guildId: string, from: number): Promise<readonly Shown[]> {
  return Promise.all(
    GALLERY.slice(from, from + PER_PAGE).map(async (style, i) => {
      const own = await parts.store.styles.find(guildId, style.name);
      if (own) return ofLibrary(parts, own, i);
      return { name: style.name, file: await galleryFile(style, `style-${i}`) };
    }),
  );
}

/** A picture of the gallery; it is ours, so nobody has to look at it before it goes out. @param name of the file, without ending */
export async function galleryFile(style: GalleryStyle, name: string): Promise<ViewFile> {
  const data = await thumbnail(await readStoredPicture(style.file), SIDE);
  return { name: `${name}.jpg`, data: Buffer.from(data), alt: words.galleryAlt(style), key: style.file };
}

async function ofLibrary({ store }: StylePagesParts, { name, picture, description }: Style, i: number): Promise<Shown> {
  const alt = words.libraryAlt(name, description);
  return { name, file: await thumbnailFile(store.files, picture, `style-${i}`, alt, SIDE) };
}

/** The name of some style of gallery or library, each as likely as any other. @param chance from 0 to below 1 */
export async function anyStyle({ store }: StylePagesParts, guildId: string, chance: number): Promise<string> {
  const saved = await store.styles.count(guildId);
  const at = Math.floor(chance * (GALLERY.length + saved));
  const own = at < saved ? (await store.styles.list(guildId, at, 1))[0] : undefined;
  return own?.name ?? GALLERY[Math.max(0, at - saved) % GALLERY.length]!.name;
}
