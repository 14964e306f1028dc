/** A database of a test's own on the suite's PostgreSQL server. */
import { randomBytes } from "node:crypto";

import pg from "pg";

export interface NewDatabase {
  readonly url: string;
  /** Makes a statement that is none of Atelier's. @returns its rows */
  readonly query: (text: string) => Promise<unknown>;
}

/** @param server address of another database on it */
export async function newDatabase(server: string): Promise<NewDatabase> {
  const name = `t${randomBytes(8).toString("hex")}`;
  const at = async (where: string, text: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: where });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  await at(server, `create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  return { url, query: (text) => at(url, text) };
}
