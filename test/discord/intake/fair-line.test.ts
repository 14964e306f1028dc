import { describe, expect, it } from "vitest";

import { FairLine } from "../../../src/discord/intake/fair-line.ts";

/** A line whose work lasts until it is told to end. */
function useLine(options: ConstructorParameters<typeof FairLine>[0]) {
  const line = new FairLine(options);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const add = async (name: string, cost = 1): Promise<void> => {
    const turn = await line.enter(name[0]!, cost);
    begun.push(name);
    ends.set(name, () => turn.leave());
  };
  const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string): Promise<void> => {
    ends.get(name)!();
    await rest();
  };
  return { add, begun, end, rest };
}

describe("a fair line", () => {
  it("lets members take turns, whoever came first with however much", async () => {
    const { add, begun, end, rest } = useLine({ most: 1, mostPerMember: 1 });
    for (const name of ["a1", "a2", "a3", "b1", "c1", "b2"]) void add(name);
    await rest();
    for (const name of ["a1", "a2", "b1", "c1", "a3"]) await end(name);
    expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
  });

  it("leaves room for others beside one who sends much", async () => {
    const { add, begun, end, rest } = useLine({ most: 3, mostPerMember: 2 });
    for (const name of ["a1", "a2", "a3", "a4", "b1", "c1"]) void add(name);
    await rest();
    expect(begun).toEqual(["a1", "a2", "b1"]);
    await end("a1");
    expect(begun.slice(3)).toEqual(["c1"]);
    await end("a2");
    expect(begun.slice(4)).toEqual(["a3"]);
  });

  it("keeps within its budget, lets nobody overtake what is too large for now, and takes what is larger still alone", async () => {
    const { add, begun, end, rest } = useLine({ most: 9, mostPerMember: 9, budget: 10 });
    void add("a1", 8);
    void add("b1", 5);
    void add("c1", 1);
    await rest();
    expect(begun).toEqual(["a1"]);
    await end("a1");
    expect(begun).toEqual(["a1", "b1", "c1"]);
    void add("d1", 99);
    await end("b1");
    expect(begun).toHaveLength(3);
    await end("c1");
    expect(begun.at(-1)).toBe("d1");
  });

  it("is left by who does not want to wait any more", async () => {
    const line = new FairLine({ most: 1, mostPerMember: 1 });
    const tired = new AbortController();
    const first = await line.enter("a", 1);
    const waiting = line.enter("b", 1, tired.signal);
    const next = line.enter("a", 1);
    tired.abort(new Error("tired"));
    await expect(waiting).rejects.toThrow("tired");
    await expect(line.enter("b", 1, tired.signal)).rejects.toThrow("tired");
    first.leave();
    (await next).leave();
  });
});
