/** What people are told when something goes wrong that is not their doing. */
import { say, type Sentence, sentences } from "../../words/say.ts";

const BY_CODE: Readonly<Record<number, Sentence>> = {
  10_003: "fault.discord.channel-gone",
  10_008: "fault.discord.message-gone",
  50_001: "fault.discord.unseen",
  50_013: "fault.discord.permission",
  50_027: "fault.discord.too-late",
  50_083: "fault.discord.archived",
  160_005: "fault.discord.locked",
  160_006: "fault.discord.full",
};

export const fault = Object.assign(
  sentences({
    cutShort: "fault.cut-short",
    goingOn: "fault.going-on",
    closing: "fault.closing",
    engineBusy: "fault.engine-busy",
    tooLarge: "fault.too-large",
    discordDown: "fault.discord-down",
  }),
  {
    engineBroken: (reference: string): string => say("fault.engine-broken", { reference }),
    discord(code: number, reference: string): string {
      const known = BY_CODE[code];
      return known ? say(known) : say("fault.discord", { code: String(code), reference });
    },
    unknown: (reference: string): string => say("fault.unknown", { reference }),
  },
);
