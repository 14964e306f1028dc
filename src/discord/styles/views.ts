/** What the messages about styles look like. */
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  ContainerBuilder,
  FileBuilder,
  MediaGalleryBuilder,
  TextDisplayBuilder,
} from "discord.js";

import { customId } from "../custom-id.ts";
import { view, type View, type ViewFile } from "../view.ts";
import { button } from "../wording/jobs.ts";

const ACCENT = 0x4c9f70;
const WORKING = 0xe8a33d;

/** Words over pictures. */
export function picturesView(words: string, pictures: readonly ViewFile[], accent = ACCENT): View {
  const box = new ContainerBuilder()
    .setAccentColor(accent)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent(words));
  if (pictures.length > 0) box.addMediaGalleryComponents(gallery(pictures));
  return view([box], pictures);
}

/** Words over a file to download. */
export const fileView = (words: string, file: ViewFile): View =>
  view(
    [
      new ContainerBuilder()
        .setAccentColor(ACCENT)
        .addTextDisplayComponents(new TextDisplayBuilder().setContent(words))
        .addFileComponents(new FileBuilder().setURL(`attachment://${file.name}`)),
    ],
    [file],
  );

/** The card of a style that is being learned; `cancels`: the learning that its button stops. */
export function learningCard(words: string, picture: ViewFile, cancels: string | null): View {
  const box = new ContainerBuilder()
    .setAccentColor(cancels === null ? ACCENT : WORKING)
    .addMediaGalleryComponents(gallery([picture]))
    .addTextDisplayComponents(new TextDisplayBuilder().setContent(words));
  if (cancels !== null)
    box.addActionRowComponents(
      new ActionRowBuilder<ButtonBuilder>().addComponents(
        new ButtonBuilder()
          .setCustomId(customId("stop-learning", cancels))
          .setLabel(button.cancel)
          .setStyle(ButtonStyle.Secondary),
      ),
    );
  return view([box], [picture]);
}

export interface LearningPictures {
  readonly curve: ViewFile | null;
  readonly sample: (ViewFile & { readonly caption: string }) | null;
}

/** Words over the curve and a sample, each in a gallery of its own: side by side Discord would cut both to squares. */
export function learningProgress(words: string, { curve, sample }: LearningPictures, over = false): View {
  const box = new ContainerBuilder()
    .setAccentColor(over ? ACCENT : WORKING)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent(words));
  if (curve) box.addMediaGalleryComponents(gallery([curve]));
  if (sample)
    box
      .addTextDisplayComponents(new TextDisplayBuilder().setContent(sample.caption))
      .addMediaGalleryComponents(gallery([sample]));
  return view(
    [box],
    [curve, sample].filter((file) => file !== null),
  );
}

const gallery = (pictures: readonly ViewFile[]): MediaGalleryBuilder =>
  new MediaGalleryBuilder().addItems(
    pictures.map(({ name, alt }) => ({ media: { url: `attachment://${name}` }, description: alt })),
  );
