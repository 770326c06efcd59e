import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { sharedSecrets } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** The 32-byte secret of that name, the same for all servers on one database; made when first asked for. */
export async function sharedSecret(sql: Sql, name: string): Promise<Buffer> {
  await sql
    .insert(sharedSecrets)
    .values({ name, value: randomBytes(32).toString("base64") })
    .onConflictDoNothing();
  const [found] = await sql.select().from(sharedSecrets).where(eq(sharedSecrets.name, name));
  if (found === undefined) throw new Error(`The shared secret ${name} was deleted while it was read`);
  return Buffer.from(found.value, "base64");
}
