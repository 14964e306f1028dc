/** `atelier study`: the study that the paper left for later. */
import type { Command } from "commander";

import { registerStudyMeasure } from "./study-measure.ts";
import { registerStudyPlan } from "./study-plan.ts";
import { registerStudyReport } from "./study-report.ts";
import { registerStudyRun } from "./study-run.ts";

export function registerStudy(program: Command): void {
  const study = program.command("study").description("compare variants over many pairs");
  registerStudyRun(study);
  registerStudyMeasure(study);
  registerStudyPlan(study);
  registerStudyReport(study);
}
