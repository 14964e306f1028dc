/** What the bot says about pictures that may be for adults alone, about words that are not painted, and to reports. */
import { escapeText } from "./markdown.ts";

const WHO = "Somebody who manages the server can change that with `/settings`.";

export const safety = {
  refused: `My filter takes a picture of yours to be for adults alone, and this server does not want such pictures here. It may be wrong: it judges by looks. I have kept nothing of it. ${WHO}`,
  covered: `-# 🙈 My filter covered what it takes to be for adults alone. ${WHO}`,
  withheld: `-# 🙈 My filter takes a picture here to be for adults alone, so I do not show it. ${WHO}`,
  withheldAlt: "A picture that is not shown here",
} as const;

export const wordWords = {
  refused: (word: string): string =>
    `I do not paint by the word “${escapeText(word)}”: whoever runs this bot has put it on their list. Please say it otherwise.`,
} as const;

export const reportWords = {
  notMine:
    "I can only pass on reports of pictures that I have posted. For others, use *Report Message* of Discord itself.",
  noPicture: "There is no picture in that message.",
  noLog:
    "This server has not told me where moderators hear of reports, so I told nobody. Please tell them yourself; somebody who manages the server can choose a log channel with `/settings`.",
  thanks: "Thank you. I have told the moderators of this server.",
  remove: "Delete",
  block: "Block",
  reported: (userId: string, link: string, channelId: string): string =>
    `### 🚩 A picture was reported\n<@${userId}> reported [a picture of mine](${link}) in <#${channelId}>.`,
  deleted: (userId: string, channelId: string): string =>
    `🗑️ <@${userId}> deleted a picture in <#${channelId}> that was reported.`,
  notModerator: "Only members who may manage messages there can delete it.",
} as const;
