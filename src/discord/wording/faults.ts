/** What people are told when something goes wrong that is not their doing. */
import { say, type Sentence } from "../../words/say.ts";

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

export const fault = {
  get cutShort() {
    return say("fault.cut-short");
  },
  get goingOn() {
    return say("fault.going-on");
  },
  get closing() {
    return say("fault.closing");
  },
  get engineBusy() {
    return say("fault.engine-busy");
  },
  engineBroken: (reference: string) => say("fault.engine-broken", { reference }),
  get tooLarge() {
    return say("fault.too-large");
  },
  get discordDown() {
    return say("fault.discord-down");
  },
  discord: (code: number, reference: string) =>
    code in BY_CODE ? say(BY_CODE[code]!) : say("fault.discord", { code: String(code), reference }),
  unknown: (reference: string) => say("fault.unknown", { reference }),
};
