import { describe, expect, it } from "vitest";

import { UserError } from "../../src/errors.ts";
import { refusal } from "../../src/images/refusals.ts";
import { learnFrom } from "../../src/jobs/choose-variant.ts";
import { speakAbout } from "../../src/jobs/job.ts";
import { failureWords } from "../../src/jobs/running/failure.ts";
import { fromWire, toWire } from "../../src/process/wire-error.ts";
import { LOCALES } from "../../src/words/locale.ts";
import { retold } from "../../src/words/retold.ts";
import { inEnglish, say, type Saying, speakIn, tell } from "../../src/words/say.ts";

describe.each(LOCALES)("to somebody who reads %s", (locale) => {
  const here = <T>(work: () => T): T => speakIn(locale, work);

  it("what was kept in English is said again", () => {
    const note = inEnglish({ sentence: "picture.note.on-white" });
    expect(here(() => retold("picture.note.", note))).toBe(here(() => say("picture.note.on-white")));
    const values = (fault: string | Saying) => ({ describer: "LLaVA (7B)", fault, simple: "palette describer" });
    for (const fault of ["no *room*; sorry", { sentence: "describer.note.nothing" }] as const) {
      const taken = inEnglish({ sentence: "describer.note", values: values(fault) });
      expect(here(() => retold("describer.", taken))).toBe(
        here(() => say("describer.note", { ...values(fault), simple: { sentence: "describer.palette" } })),
      );
    }
    expect(here(() => retold("picture.note.", "the colours were odd"))).toBe("the colours were odd");
  });

  it("why a picture was refused is said by whoever hears of it from another process", () => {
    const refused = refusal.tooHeavy("style", 30 * 1024 * 1024, 20 * 1024 * 1024);
    const heard = fromWire(JSON.parse(JSON.stringify(toWire(refused)))) as UserError;
    expect(heard).toBeInstanceOf(UserError);
    expect(heard.message).toBe("The style picture is too large: 30 MB. I take up to 20 MB.");
    expect(here(() => failureWords(heard))).toBe(
      here(() => say("error.picture-too-heavy", { role: "style", megabytes: 30, most: 20 })),
    );
    expect(speakAbout({ locale }, () => failureWords(new Error("?")))).toBe(here(() => say("error.job-failed")));
  });

  it("why a variant was chosen is said by whoever shows it", async () => {
    const choose = learnFrom({ settings: async () => ({ learning: true, pinned: "inst" }), ballots: async () => [] });
    const job = { request: { guildId: "1" } };
    const { reason: pinned } = await here(() => choose(job as never, null));
    const paper = (["face", "non-face"] as const).map((category) => ({
      sentence: "variant.reason.paper" as const,
      values: { category, variant: { sentence: "variant.prompt" } } as const,
    }));
    const votes = ([1, 1200] as const).map((ballots) => ({
      sentence: "variant.reason.votes" as const,
      values: { category: "face", ballots },
    }));
    const reasons: readonly (readonly [kept: string, Saying])[] = [
      [pinned, { sentence: "variant.reason.pinned", values: { variant: { sentence: "variant.inst" } } }],
      ...[...paper, ...votes, { sentence: "variant.reason.turn" as const }].map(
        (each) => [inEnglish(each), each] as const,
      ),
    ];
    for (const [kept, reason] of reasons) expect(here(() => retold("variant.", kept))).toBe(here(() => tell(reason)));
  });
});
