/** What members do, each as one act of one of them. */
import type { InteractionCall, OptionValues, Person } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";

import type { Draw, Weighted } from "../../draw.ts";
import { buttonsOf } from "../ledger.ts";
import type { Stage } from "../stage.ts";
import type { Files } from "./files.ts";

export interface Acting {
  readonly person: Person;
  readonly stage: Stage;
  readonly draw: Draw;
  readonly files: Files;
  /** Notes what was asked, and waits until it is acknowledged or Discord gives up on it. */
  readonly ask: (what: string, call: Promise<InteractionCall>) => Promise<InteractionCall>;
}

type Act = (acting: Acting) => Promise<unknown>;

/** Names that styles are kept under: few, so that they are met again. */
const STYLE_NAMES = ["Wave", "Night", "Lino", "Gold", "Ash"];
const VARIANTS = ["auto", "image-prompt", "prompt", "inst"];
const MEDALS = ["🥇", "🥈", "🥉"];
const NEWEST = 25;

const channel = ({ stage, draw }: Acting): string => stage.discord.channel(draw.chance(0.8) ? "general" : "gallery").id;

/** The newest messages of all channels and threads, and those that this member alone sees. */
function visible({ stage: { discord }, person }: Acting): APIMessage[] {
  const channels = ["general", "gallery"].map((name) => discord.channel(name).id);
  const threads = channels.flatMap((id) => discord.threads(id)).slice(-NEWEST);
  return [...channels, ...threads.map(({ id }) => id)]
    .flatMap((id) => discord.messages(id).slice(-NEWEST))
    .concat(discord.ephemerals(person.id).slice(-3));
}

const withButton = (acting: Acting, pattern: RegExp): { message: APIMessage; button: string }[] =>
  visible(acting).flatMap((message) =>
    buttonsOf({ components: (message.components ?? []) as never })
      .filter((button) => pattern.test(button))
      .map((button) => ({ message, button })),
  );

const use =
  (name: string, options: (acting: Acting) => OptionValues = () => ({})): Act =>
  (acting) =>
    acting.ask(`/${name}`, acting.person.slash(channel(acting), name, options(acting)));

const stylizeOptions = ({ draw, files }: Acting): OptionValues => ({
  content: draw.pick(files.pictures),
  style: draw.pick(files.pictures),
  variant: draw.pick(VARIANTS),
  ...(draw.chance(0.3) && { prompt: "thick brushes, warm light" }),
  ...(draw.chance(0.3) && { seed: draw.whole(0, 5) }),
  ...(draw.chance(0.3) && { strength: draw.between(0.2, 0.9) }),
});

const badOptions = ({ draw, files }: Acting): OptionValues =>
  draw.chance(0.5)
    ? { content: draw.pick(files.bad), style: draw.pick(files.pictures) }
    : { content: draw.pick(files.pictures), style: draw.pick(files.bad) };

/** Presses any one button; where it opens a modal, sends that as it is. */
const press =
  (pattern: RegExp): Act =>
  async (acting) => {
    const { draw, person, ask } = acting;
    const found = withButton(acting, pattern);
    if (found.length === 0) return;
    const { message, button } = draw.pick(found);
    const call = await ask(`presses ${button}`, person.press(message, button));
    if (!button.startsWith("edit-prompt:")) return;
    const modal = await call.modal;
    await ask("sends the modal", person.submit(modal, { description: draw.pick(["an old etching", "blue glass"]) }));
  };

const stylizeThis: Act = async (acting) => {
  const { draw, person, ask, files } = acting;
  const withPicture = visible(acting).filter(({ attachments }) => attachments.length > 0);
  if (withPicture.length === 0) return;
  const call = await ask("Stylize this", person.messageCommand(draw.pick(withPicture), "Stylize this picture"));
  const modal = await call.modal;
  await ask("sends the style", person.submit(modal, { style: draw.pick(files.pictures) }));
};

const react: Act = async (acting) => {
  const { draw, person } = acting;
  const results = withButton(acting, /^delete:|^rerun:/).map(({ message }) => message);
  const letters = visible(acting).filter(({ attachments }) => /^[abc]\.png$/.test(attachments[0]?.filename ?? ""));
  const choices = [...results, ...letters];
  if (choices.length > 0) await person.react(draw.pick(choices), draw.pick(MEDALS));
};

const unreact: Act = async (acting) => {
  const { draw, person, stage } = acting;
  const mine = stage.ledger.standing.flatMap((message) =>
    [...message.reactions.values()]
      .filter(({ userIds }) => userIds.has(person.id))
      .map(({ emoji }) => ({ message, emoji: emoji.name })),
  );
  if (mine.length === 0) return;
  const { message, emoji } = draw.pick(mine);
  await person.unreact({ id: message.id, channel_id: message.channelId }, emoji);
};

/** Only moderators may take others' messages away. */
const deleteMessage: Act = async (acting) => {
  const messages = visible(acting);
  if (messages.length > 0) await acting.person.deleteMessage(acting.draw.pick(messages));
};

const thread = ({ stage: { discord }, draw }: Acting): string | null => {
  const threads = ["general", "gallery"].flatMap((name) => discord.threads(discord.channel(name).id));
  return threads.length === 0 ? null : draw.pick(threads).id;
};

const deleteThread: Act = async (acting) => {
  const id = thread(acting);
  if (id !== null) await acting.person.deleteThread(id);
};

const archiveThread: Act = async (acting) => {
  const id = thread(acting);
  if (id !== null) await acting.person.archiveThread(id, acting.draw.chance(0.3));
};

const say: Act = ({ person, stage, draw, files }) =>
  person.say(stage.discord.channel("general").id, "look at this", draw.chance(0.5) ? [draw.pick(files.pictures)] : []);

const complete: Act = ({ person, stage, draw }) =>
  person.autocomplete(stage.discord.channel("general").id, "paint", "with", draw.pick(["", "w", "go"]));

const image = ({ draw, files }: Acting): OptionValues => ({ image: draw.pick(files.pictures) });
const styleName = ({ draw }: Acting): OptionValues => ({ name: draw.pick(STYLE_NAMES) });

/** What everybody does. */
export const ACTS: Weighted<Act> = [
  [26, use("stylize", stylizeOptions)],
  [4, use("stylize", badOptions)],
  [4, use("paint", ({ draw, files }) => ({ content: draw.pick(files.pictures), with: draw.pick(STYLE_NAMES) }))],
  [14, press(/^rerun:/)],
  [4, press(/^edit-prompt:/)],
  [4, press(/^cancel:/)],
  [2, press(/^delete:/)],
  [3, press(/^ballot:|^face:/)],
  [2, press(/^compare:/)],
  [3, press(/^end-comparison:/)],
  [12, react],
  [4, unreact],
  [3, use("compare", (acting) => ({ ...image2(acting), hours: 0.1 }))],
  [4, use("queue")],
  [1, use("about")],
  [2, use("scores show")],
  [1, use("scores export")],
  [3, use("style describe", image)],
  [3, use("style save", (acting) => ({ ...image(acting), ...styleName(acting) }))],
  [
    2,
    use("style import", (acting) => ({
      ...image(acting),
      ...styleName(acting),
      file: acting.draw.pick(acting.files.tokens),
    })),
  ],
  [1, use("style list")],
  [1, use("style show", styleName)],
  [1, use("style export", styleName)],
  [1, use("style rename", (acting) => ({ ...styleName(acting), to: acting.draw.pick(STYLE_NAMES) }))],
  [1, use("style remove", styleName)],
  [3, stylizeThis],
  [2, complete],
  [2, say],
  [1, deleteMessage],
  [1, archiveThread],
];

/** What is only done where styles can be learned. */
export const LEARNING: Weighted<Act> = [
  [4, use("style learn", (acting) => ({ ...image(acting), ...styleName(acting) }))],
  [2, press(/^learn-style:/)],
  [2, press(/^stop-learning:/)],
];

/** What a moderator does besides. */
export const MODERATING: Weighted<Act> = [
  [3, deleteMessage],
  [1, deleteThread],
];

function image2({ draw, files }: Acting): OptionValues {
  return { content: draw.pick(files.pictures), style: draw.pick(files.pictures) };
}
