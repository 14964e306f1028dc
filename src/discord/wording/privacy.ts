/** What the bot says about what it keeps: in English alone, in which every word of it was weighed. */
const forDays = (days: number): string => (days === 1 ? "one day" : `${days} days`);

export const privacyWords = {
  kept: (days: number): string =>
    [
      "### 🔒 What I keep",
      "- **Pictures** that you give me, and those that I paint of them: so that the buttons under them work.",
      "- **Jobs**: what you asked for, when and where, your own words, and what came of it.",
      "- **Styles** that you save, with what was learned of them, until somebody removes them.",
      "- **Medals** that you give: they are votes, and `/scores` counts them.",
      "- **Answers** in studies that you agreed to take part in.",
      "I know you by your Discord id alone. I read no messages, show nothing to anybody but where you asked for it, and send nothing to other services than Discord.",
      `Pictures and jobs are erased after ${forDays(days)}; saved styles, and votes without their pictures, stay.`,
      "*Delete* under a picture erases it at once. Below you get a copy of all that I keep of you, or have me forget you.",
    ].join("\n"),
  data: "My data",
  here: "Forget me here",
  everywhere: "Forget me everywhere",
  surely: "Yes, forget me",
  copy: "This is all that I keep of you, from every server. Only you see it.",
  ask: (here: boolean): string =>
    `${here ? "Forget you in this server" : "Forget you in every server"}? Your pictures, jobs, saved styles, votes and answers in studies are erased, what is being painted is stopped, and my messages about them go. Pictures that somebody else painted with stay theirs. Nobody can bring it back.`,
  forgetting: (here: boolean): string =>
    `🧹 I am forgetting you${here ? " in this server" : ""}. Should I be restarted meanwhile, I go on by myself: you need not ask again.`,
  forgotten: (here: boolean): string =>
    `✅ ${here ? "In this server I" : "I"} know nothing of you any more. My messages about your pictures go in the next moments${here ? "" : ", but for those in places that I am no member of: please delete them yourself"}. Medals that you gave still show on Discord until you take them off; they do not count.`,
} as const;

export const retentionWords = {
  owner: (days: number, from: string): string =>
    `from ${from} on, pictures and jobs older than ${forDays(days)} are erased (RETENTION_DAYS); saved styles stay. Set it higher to keep them`,
  strangers:
    "the pictures' folder or bucket was marked by an installation with another database: files to which nothing refers are left there. Give each its own, or remove the file “installation” if it is this one's alone",
  notScrubbed:
    "what was erased may still be in the database's own files, as something else uses them: they are cleaned within the hour, or when that ends",
  managers: (days: number, from: string): string =>
    `🧹 From ${from} on, I erase pictures and jobs that are older than ${forDays(days)}. Saved styles stay, and votes count on. Save what you want to keep by then.`,
} as const;
