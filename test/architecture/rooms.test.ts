import { describe, expect, it } from "vitest";

import { FILES, IMPORTS, read } from "./tree.ts";

/** Each room of `src/discord` with the rooms it may import; its loose files are open to all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  wording: [],
  messages: ["wording"],
  intake: ["wording"],
  jobs: ["messages", "wording"],
  styles: ["messages", "safety", "wording"],
  safety: ["messages", "wording"],
  votes: ["jobs", "messages", "wording"],
  study: ["intake", "messages", "wording"],
  erasure: ["intake", "messages", "study", "styles", "wording"],
  server: ["messages", "wording"],
  interactions: ["erasure", "intake", "jobs", "messages", "safety", "server", "study", "styles", "votes", "wording"],
};
const MOST_LOOSE_FILES = 8;

/** The room a file stands in, `null` where it stands loose or elsewhere. */
const roomOf = (file: string): string | null => /^src\/discord\/([^/]+)\//.exec(file)?.[1] ?? null;

describe("the rooms of src/jobs", () => {
  const isInside = (room: string, file: string | null): boolean => file?.startsWith(`src/jobs/${room}/`) ?? false;
  // Simulations play the order itself, not a copy of it.
  const entered = (room: string) =>
    IMPORTS.filter(
      ({ file, to }) => !isInside(room, file) && isInside(room, to) && !/^(?:test|src\/bench)\//.test(file),
    );

  it("are entered by their faces only, and no contract of src/jobs knows them", () => {
    const faces = {
      local: ["local-queue", "local-tasks"],
      remote: [
        "connection",
        "exchange",
        "fitness",
        "paint-work",
        "presence",
        "remote-queue",
        "tasks/caption-work",
        "tasks/erased-tasks",
        "tasks/learn-work",
        "tasks/remote-tasks",
      ],
    };
    for (const [room, names] of Object.entries(faces)) {
      expect(new Set(entered(room).map(({ to }) => to))).toEqual(
        new Set(names.map((name) => `src/jobs/${room}/${name}.ts`)),
      );
      expect(entered(room).filter(({ file }) => file.startsWith("src/jobs/"))).toEqual([]);
    }
  });

  it("share what runs jobs, which nobody else knows", () => {
    const strangers = entered("running").filter(({ file }) => !isInside("local", file) && !isInside("remote", file));
    expect(strangers).toEqual([]);
  });
});

describe("the rooms of src/discord", () => {
  it("are all there is but for a few loose files", () => {
    const files = FILES.filter((file) => file.startsWith("src/discord/"));
    const rooms = new Set(files.flatMap((file) => roomOf(file) ?? []));
    expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
    expect(files.filter((file) => roomOf(file) === null).length).toBeLessThanOrEqual(MOST_LOOSE_FILES);
  });

  it.each(Object.keys(MAY_IMPORT))("has one file in %s that says what the room is for", (room) => {
    const saysIt = (text: string): boolean => text.slice(0, text.indexOf("*/")).includes("Face of this room");
    expect(FILES.filter((file) => roomOf(file) === room && saysIt(read(file)))).toHaveLength(1);
  });

  it.each(Object.entries(MAY_IMPORT))("lets %s import %j, types too", (room, allowed) => {
    const wrong = IMPORTS.filter(({ file, to }) => {
      const other = roomOf(to ?? "");
      return roomOf(file) === room && other !== null && other !== room && !allowed.includes(other);
    });
    expect(wrong).toEqual([]);
  });
});
