/** What the messages about styles look like. */
import { ButtonStyle, ContainerBuilder, FileBuilder } from "discord.js";

import { view, type View, type ViewFile } from "../messages/view.ts";
import { ACCENT, gallery, press, row, text } from "../messages/components.ts";
import { described } from "../wording/commands.ts";
import { description, type Origin } from "../wording/descriptions.ts";
import { button } from "../wording/jobs.ts";

/** Words over pictures. */
export function picturesView(words: string, pictures: readonly ViewFile[]): View {
  const box = new ContainerBuilder().setAccentColor(ACCENT.done).addTextDisplayComponents(text(words));
  if (pictures.length > 0) box.addMediaGalleryComponents(gallery(pictures));
  return view([box], pictures);
}

/** Words over a file to download. */
export const fileView = (words: string, file: ViewFile): View =>
  view(
    [
      new ContainerBuilder()
        .setAccentColor(ACCENT.done)
        .addTextDisplayComponents(text(words))
        .addFileComponents(new FileBuilder().setURL(`attachment://${file.name}`)),
    ],
    [file],
  );

/** The card of a style that is being learned; `cancels`: the learning that its button stops. */
export function learningCard(words: string, picture: ViewFile | null, cancels: string | null): View {
  const pictures = picture === null ? [] : [picture];
  const box = new ContainerBuilder().setAccentColor(cancels === null ? ACCENT.done : ACCENT.working);
  if (picture !== null) box.addMediaGalleryComponents(gallery(pictures));
  box.addTextDisplayComponents(text(words));
  if (cancels !== null)
    box.addActionRowComponents(row(press("stop-learning", button.cancel, ButtonStyle.Secondary, cancels)));
  return view([box], pictures);
}

export interface LearningPictures {
  readonly curve: ViewFile | null;
  readonly sample: (ViewFile & { readonly caption: string }) | null;
}

/** Words over the curve and a sample, each in a gallery of its own: side by side Discord would cut both to squares. */
export function learningProgress(words: string, { curve, sample }: LearningPictures, over = false): View {
  const box = new ContainerBuilder()
    .setAccentColor(over ? ACCENT.done : ACCENT.working)
    .addTextDisplayComponents(text(words));
  if (curve) box.addMediaGalleryComponents(gallery([curve]));
  if (sample) box.addTextDisplayComponents(text(sample.caption)).addMediaGalleryComponents(gallery([sample]));
  return view(
    [box],
    [curve, sample].filter((file) => file !== null),
  );
}

/** `/style describe`: the picture small, its style in words. `origin`: who described it, `null` until all is written. */
export function describedView(thumbnail: ViewFile, name: string, words: string, origin: Origin | null): View {
  const growing = words === "" ? described.looking : description.growing(words);
  const said = origin === null ? growing : described.whole(name, words, origin);
  const box = new ContainerBuilder()
    .setAccentColor(origin === null ? ACCENT.working : ACCENT.done)
    .addMediaGalleryComponents(gallery([thumbnail]))
    .addTextDisplayComponents(text(said));
  return view([box], [thumbnail]);
}
