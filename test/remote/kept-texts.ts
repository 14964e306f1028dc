/** Looks for a text in everything that a server keeps. */
import { Redis } from "ioredis";

import { traces } from "../discord/erasure/traces.ts";
import type { TestDatabase } from "./new-database.ts";

/** Rows of all tables of a database, of any schema, in which a text stands. */
export async function rowsWith({ query }: TestDatabase, needle: string): Promise<string[]> {
  const tables = (await query(`select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`)) as {
    name: string;
  }[];
  const hex = Buffer.from(needle).toString("hex");
  const looks = tables.map(
    ({ name }) =>
      `select '${name}: ' || r::text as row from ${name} r where r::text like '%${needle}%' or r::text like '%${hex}%'`,
  );
  const rows = (await query(looks.join(" union all "))) as { readonly row: string }[];
  return rows.map(({ row }) => row);
}

/** Keys of a Redis server whose name or value holds a text, and its files. */
export async function keysWith(url: string, needle: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    const found: string[] = [];
    for (const key of await redis.keys("*")) {
      const value = await readKey(redis, key);
      if (`${key} ${JSON.stringify(value)}`.includes(needle)) found.push(key);
    }
    const [, folder] = (await redis.config("GET", "dir")) as string[];
    return [...found, ...(await traces(folder!, needle))];
  } finally {
    redis.disconnect();
  }
}

async function readKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "hash":
      return redis.hgetall(key);
    case "stream":
      return redis.xrange(key, "-", "+");
    case "zset":
      return redis.zrange(key, 0, -1);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    default:
      return redis.getBuffer(key).then((bytes) => bytes?.toString("latin1"));
  }
}
