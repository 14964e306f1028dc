/** What a server that is away keeps nobody from: ending. */
import { describe, expect, inject, it } from "vitest";

import { connect } from "../../src/jobs/remote/connection.ts";
import { createLogger } from "../../src/log.ts";
import { startRedis } from "./redis-server.ts";

describe.skipIf(inject("redis") === null)("while Redis is away", () => {
  it("workers end that are told to stop", async () => {
    const redis = await startRedis();
    const exchange = await connect(redis.url, { log: createLogger("silent") });
    const claims = await exchange.work("paint", { name: "one", concurrency: 1 }, async () => "done");
    await exchange.listen("orders", () => undefined);
    await redis.kill();
    const asked = exchange.queue("paint").ids();
    await claims.close();
    await exchange.close();
    await expect(asked).rejects.toThrow("Connection is closed");
    await redis.remove();
  });
});
