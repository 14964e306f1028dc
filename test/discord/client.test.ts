import { expect, it } from "vitest";

import { readConfig } from "../../src/config.ts";
import { createClient } from "../../src/discord/client.ts";
import { createLogger } from "../../src/log.ts";

it.each([
  [1, undefined, 50],
  [4, undefined, 12],
  [100, undefined, 1],
  [4, "http://127.0.0.1:8080/api", 50],
])("of %i processes, each sends its share of requests, unless a proxy counts (%s)", async (count, proxy, expected) => {
  const seat = { shard: { id: count - 1, count }, mayIdentify: () => Promise.resolve() };
  const client = createClient(readConfig({ DISCORD_API_BASE: proxy }), createLogger("silent"), { seat });
  expect(client.rest.options.globalRequestsPerSecond).toBe(expected);
  expect(client.options).toMatchObject({ shards: [count - 1], shardCount: count });
  await client.destroy();
});
