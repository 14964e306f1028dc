/** What a server decides about pictures that may be for adults alone, and where it is told of what happens. */
import { z } from "zod";

/** What becomes of a picture that the filter flags: nothing, a cover that members lift themselves, or it is not taken or shown. */
export const FILTERS = ["off", "blur", "refuse"] as const;
export type Filter = (typeof FILTERS)[number];

export const serverSettings = z.object({
  filter: z.enum(FILTERS).default("blur"),
  /** The same in age-restricted channels. */
  ageRestrictedFilter: z.enum(FILTERS).default("off"),
  /** Channel or thread that is told of reports; `null`: none was chosen. */
  logChannelId: z.string().nullable().default(null),
});

export type ServerSettings = z.infer<typeof serverSettings>;
