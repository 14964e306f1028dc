import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

const discord = path.resolve(import.meta.dirname, "../../src/discord");

/** Each room of `src/discord` with the rooms it may import; its loose files are open to all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  wording: [],
  messages: ["wording"],
  intake: ["wording"],
  jobs: ["messages", "wording"],
  styles: ["messages", "wording"],
  votes: ["jobs", "messages", "wording"],
  interactions: ["intake", "jobs", "messages", "styles", "votes", "wording"],
};
const MOST_LOOSE_FILES = 8;

const entries = readdirSync(discord, { withFileTypes: true });
const textsOf = (room: string): readonly (readonly [file: string, text: string])[] =>
  readdirSync(path.join(discord, room)).map((name) => {
    const file = path.join(discord, room, name);
    return [file, readFileSync(file, "utf8")];
  });

describe("the rooms of src/discord", () => {
  it("are all there is but for a few loose files", () => {
    const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(rooms.sort()).toEqual(Object.keys(MAY_IMPORT).sort());
    expect(entries.length - rooms.length).toBeLessThanOrEqual(MOST_LOOSE_FILES);
  });

  it.each(Object.keys(MAY_IMPORT))("has one file in %s that says what the room is for", (room) => {
    const faces = textsOf(room).filter(([, text]) => text.slice(0, text.indexOf("*/")).includes("Face of this room"));
    expect(faces.map(([file]) => file)).toHaveLength(1);
  });

  it.each(Object.entries(MAY_IMPORT))("lets %s import %j, types too", (room, allowed) => {
    const wrong = textsOf(room).flatMap(([file, text]) =>
      [...text.matchAll(/\bfrom "(\.[^"]+)"/g)].flatMap(([, from]) => {
        const target = path.relative(discord, path.resolve(path.dirname(file), from!)).split(path.sep);
        const isElsewhere = target[0] === ".." || target.length === 1 || target[0] === room;
        return isElsewhere || allowed.includes(target[0]!) ? [] : [`${path.basename(file)} -> ${target.join("/")}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});
