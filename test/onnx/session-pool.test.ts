import { describe, expect, it } from "vitest";

import { floatTensor, Graph, op, openSession } from "../../src/onnx/index.ts";
import { SessionPool, type SessionRecipe } from "../../src/onnx/session-pool.ts";

let opened: string[] = [];

const recipe = (name: string, bytes: number) => (): SessionRecipe => ({
  bytes,
  open: () => {
    opened.push(name);
    const graph = new Graph(name);
    graph.output("y", op.scale(graph.input("x", "float32", [1]), 2));
    return openSession(graph);
  },
});

const double = async (pool: SessionPool, name: string, bytes: number): Promise<number> =>
  pool.use(name, recipe(name, bytes), async (session) => {
    const y = await session.runOne({ x: floatTensor("float32", { data: Float32Array.of(21), shape: [1] }) });
    return (y.data as Float32Array)[0]!;
  });

describe("the pool of sessions", () => {
  it("keeps what fits, and releases what was used longest ago", async () => {
    opened = [];
    const pool = new SessionPool(100);
    for (const name of ["a", "b", "a", "c", "a", "b"]) expect(await double(pool, name, 40)).toBe(42);
    expect(opened).toEqual(["a", "b", "c", "b"]);
    expect(pool.keys).toEqual(["a", "b"]);
    expect(pool.bytes).toBe(80);
    await pool.release();
    expect(pool.keys).toEqual([]);
  });

  it("never releases a session that is in use", async () => {
    opened = [];
    const pool = new SessionPool(10);
    const result = await pool.use("outer", recipe("outer", 10), async (session) => {
      await double(pool, "inner", 10);
      const y = await session.runOne({ x: floatTensor("float32", { data: Float32Array.of(1), shape: [1] }) });
      return (y.data as Float32Array)[0];
    });
    expect(result).toBe(2);
  });

  it("counts what is still being opened", async () => {
    const pool = new SessionPool(100);
    await double(pool, "idle", 60);
    let finish!: () => void;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const slow = (): SessionRecipe => {
      const { open, bytes } = recipe("slow", 30)();
      return { bytes, open: () => gate.then(open) };
    };
    const waiting = pool.use("slow", slow, async () => pool.bytes);
    expect(pool.bytes).toBe(90);
    // There is room for either of the two beside the idle one, but not for both.
    expect(await double(pool, "quick", 30)).toBe(42);
    expect(pool.keys).toEqual(["slow", "quick"]);
    finish();
    expect(await waiting).toBe(60);
  });

  it("opens a session once for two who ask at the same time", async () => {
    opened = [];
    const pool = new SessionPool(10);
    await Promise.all([double(pool, "shared", 10), double(pool, "shared", 10)]);
    expect(opened).toEqual(["shared"]);
  });

  it("forgets a session that could not be opened", async () => {
    const pool = new SessionPool(10);
    const broken = (): SessionRecipe => ({ bytes: 1, open: () => Promise.reject(new Error("no such device")) });
    const use = (): Promise<number> => pool.use("x", broken, async () => 1);
    await expect(use()).rejects.toThrow("no such device");
    await expect(use()).rejects.toThrow("no such device");
    expect(await double(pool, "x", 1)).toBe(42);
  });
});
