/** What people are told when something goes wrong that is not their doing. */

const BY_CODE: Readonly<Record<number, string>> = {
  10_003: "This channel or thread is gone, so there is nowhere to put the picture.",
  10_008: "That message has been deleted.",
  50_001: "I cannot see this channel. Somebody who manages the server has to give me *View Channel* here.",
  50_013: "I lack a permission here. Somebody who manages the server can give it to me in the channel's settings.",
  50_027: "That took longer than Discord lets me answer. Please try again.",
  50_083: "This thread is archived. Write something in it to open it again, then press the button once more.",
  160_005: "This thread is locked, so I cannot write in it.",
  160_006: "This server has as many open threads as Discord allows.",
};

export const fault = {
  cutShort: "I was restarted before I was done with this, sorry! Please try again.",
  goingOn: "I was restarted. One moment, I am going on…",
  closing: "I am being restarted right now. Please try again in a minute.",
  engineBusy: "The painter dropped its brush. Please try again.",
  engineBroken: (reference: string): string =>
    `The painter cannot work at the moment. Please tell whoever runs this bot (reference ${reference}).`,
  tooLarge: "That is more than Discord lets me send at once. A smaller picture will do.",
  discordDown: "Discord is not answering me properly right now. Please try again in a moment.",
  discord: (code: number, reference: string): string =>
    BY_CODE[code] ?? `Discord refused that (code ${code}, reference ${reference}).`,
  unknown: (reference: string): string =>
    `Something broke on my side, sorry! Please try again; if it stays broken, tell whoever runs this bot (reference ${reference}).`,
} as const;
