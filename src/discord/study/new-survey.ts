/** A study that begins now. */
import { newJobId } from "../../jobs/job-id.ts";
import type { Survey } from "../../study/survey/survey.ts";

const DAY_MS = 86_400_000;

/** How a manager wants people to be asked. */
export interface SurveyTerms {
  readonly days: number;
  readonly width: number | null;
  /** Pairs that one person is shown. */
  readonly each: number;
}

/** Who asks, and where. */
export interface Asker {
  readonly userId: string;
  readonly guildId: string;
}

export function newSurvey(
  { days, width, each }: SurveyTerms,
  place: Pick<Survey, "userId" | "guildId" | "channelId" | "messageId" | "run" | "state" | "made">,
): Survey {
  const createdAt = Date.now();
  const closesAt = createdAt + days * DAY_MS;
  return { id: newJobId(), ...place, each, createdAt, closesAt, closesWidth: width, closedAt: null, report: null };
}
