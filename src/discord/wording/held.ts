/** What people are told while something waits because it cannot be written down. */
import type { Hindrance } from "../../room.ts";
import { sentences } from "../../words/say.ts";

export const held: Readonly<Record<Hindrance, string>> = sentences({
  full: "held.full",
  unwritable: "held.unwritable",
});
