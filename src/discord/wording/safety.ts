/** What the bot says about pictures that may be for adults alone, about words that are not painted, and to reports. */
import { say, sentences } from "../../words/say.ts";
import { escapeText } from "./markdown.ts";

export const safety = sentences({
  refused: "safety.refused",
  covered: "safety.covered",
  withheld: "safety.withheld",
  withheldAlt: "safety.withheld-alt",
});

export const wordWords = {
  refused: (word: string): string => say("words.refused", { word: escapeText(word) }),
} as const;

export const reportWords = Object.assign(
  sentences({
    notMine: "report.not-mine",
    noPicture: "report.no-picture",
    noLog: "report.no-log",
    thanks: "report.thanks",
    remove: "report.delete",
    block: "report.block",
    notModerator: "report.not-moderator",
  }),
  {
    reported: (userId: string, link: string, channelId: string): string =>
      `${say("report.title")}\n${say("report.reported", { userId, link, channelId })}`,
    deleted: (userId: string, channelId: string): string => say("report.deleted", { userId, channelId }),
  },
);
