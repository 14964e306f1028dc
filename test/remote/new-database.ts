/** Databases of a test's own on a server that several tests share. */
import { randomBytes } from "node:crypto";

import pg from "pg";

export interface TestDatabase {
  readonly url: string;
  /** Statements that are none of Atelier's. */
  readonly query: (text: string) => Promise<unknown>;
}

/** A new database, empty or as another one is. @param template its name; nobody may be connected to it */
export async function newDatabase(server: string, template?: string): Promise<TestDatabase> {
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
  await at(server, `create database ${name}${template === undefined ? "" : ` template ${template}`}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  return { url, query: (text) => at(url, text) };
}
