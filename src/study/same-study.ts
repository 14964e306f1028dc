/** Whether what is asked for goes on with a study that was begun: it may grow, and nothing else of it may change. */
import { UserError } from "../errors.ts";
import type { Manifest, StudyPlan } from "./manifest.ts";

/** @throws UserError saying what is different */
export function expectSameStudy(before: Manifest, now: StudyPlan): void {
  const refuse = (what: string, wayOut = "Ask for the same again"): never => {
    throw new UserError(
      "other-study",
      `The folder holds a study ${what}. ${wayOut}, or let --out name another folder.`,
    );
  };
  if (before.atelier !== now.atelier)
    refuse(`of Atelier ${before.atelier}, and this is ${now.atelier}`, "Go on with it by the Atelier that began it");
  for (const part of Object.keys(before.engine) as (keyof Manifest["engine"])[])
    if (before.engine[part] !== now.engine[part])
      refuse(`whose ${part} is ${before.engine[part]}, and now it is ${now.engine[part]}`);
  for (const name of Object.keys(now.settings) as (keyof Manifest["settings"])[]) {
    const [old, asked] = [before.settings[name] ?? null, now.settings[name] ?? null];
    if (old !== asked) refuse(`with ${name} ${old ?? "as the engine has it"}, not ${asked ?? "so"}`);
  }
  const lost = <T>(list: readonly T[], later: readonly T[]): T | undefined => {
    const there = new Set(later.map((each) => JSON.stringify(each)));
    return list.find((each) => !there.has(JSON.stringify(each)));
  };
  const weights = lost(before.weights, now.weights);
  if (weights) refuse(`painted with ${weights.name} as it was installed then, and that is gone or another version now`);
  const candidate = lost(before.candidates, now.candidates);
  if (candidate) refuse(`that has ${candidate.id} as well`);
  const seed = lost(before.seeds, now.seeds);
  if (seed !== undefined) refuse(`that has the seed ${seed} as well`);
  const pair = lost(before.pairs, now.pairs);
  if (pair) refuse(`that has ${pair.content} in the style of ${pair.style} as well`);
}
