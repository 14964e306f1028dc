/** Whether the bot still does what it is for. */
import type { InteractionCall, PersonName } from "@atelier/sandbox";

import type { Draw } from "../draw.ts";
import { asker, NAMES } from "./members/index.ts";
import { untilQuiet } from "./quiet.ts";
import type { Stage } from "./stage.ts";

const PROBE_MS = 60_000;

/** Every member looks at the queue and has a picture painted. @returns who did not get that */
export async function probe(stage: Stage, draw: Draw): Promise<string[]> {
  const { discord } = stage;
  const general = discord.channel("general").id;
  const { pictures } = stage.files;
  const asked: { name: PersonName; call: InteractionCall }[] = [];
  for (const name of NAMES) {
    const person = discord.member(name);
    const ask = asker(name, stage);
    const [content, style] = [draw.pick(pictures), draw.pick(pictures)];
    for (const [what, asking] of [
      ["/queue", person.slash(general, "queue")],
      ["/stylize", person.slash(general, "stylize", { content, style })],
    ] as const)
      asked.push({ name, call: await ask(what, asking) });
  }
  const left = await untilQuiet(stage, PROBE_MS);
  return [
    ...left.map((words) => `asked after everything was quiet, ${words}`),
    ...asked
      .filter(({ call }) => !call.interaction.acknowledged)
      .map(({ name, call }) => `${name} got no answer to /${call.interaction.name} after everything was quiet`),
  ];
}
