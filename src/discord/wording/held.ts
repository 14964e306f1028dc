/** What people are told while something waits because it cannot be written down. */
import type { Hindrance } from "../../room.ts";

export const held: Readonly<Record<Hindrance, string>> = {
  full: "⏳ My disk is full, so I wait. I go on by myself when it has room again: please tell whoever runs me about it.",
  unwritable:
    "⏳ I cannot write anything down at the moment, so I wait. I go on by myself when I can: if it takes long, please tell whoever runs me about it.",
};
