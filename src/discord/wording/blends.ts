/** Everything the bot says about pictures in several styles at once, but for their names (`pair-names.ts`). */
import type { JobRequest } from "../../jobs/job.ts";
import { say, sentences } from "../../words/say.ts";
import { clip, escapeText } from "./markdown.ts";
import { namedShares } from "./pair-names.ts";

export const blendWords = Object.assign(
  sentences({
    /** On the form that a refused command is offered with again. */
    formAnd: "blend.form.and",
    formAndToo: "blend.form.and-too",
    formWeights: "blend.form.weights",
    /** *Tweak* on a blend. */
    tweakAsItIs: "blend.tweak.as-it-is",
    tweakHint: "blend.tweak.hint",
    /** Above the words of its styles. */
    title: "blend.description.title",
    /** Under the words that a style of the library has from whoever saved it. */
    ownersWords: "blend.description.owner",
  }),
  {
    twice: (name: string): string => say("blend.twice", { name: escapeText(clip(name, 80)) }),
    facts: (request: JobRequest): string =>
      say("blend.fact", {
        shares: namedShares(request)
          .map(({ share }) => share)
          .join(":"),
      }),
    /** Beside the picture of each style. */
    styleLines: (request: JobRequest): readonly string[] =>
      namedShares(request).map(({ name, share }) => say("blend.card.style", { name: escapeText(name), share: share! })),
    /** Above the words of each style. */
    titles: (request: JobRequest): readonly string[] =>
      namedShares(request).map(({ name, share }) =>
        say("blend.description.style", { name: escapeText(name), share: share! }),
      ),
  },
);
