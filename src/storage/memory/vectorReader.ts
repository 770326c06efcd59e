import { and, asc, eq, gt, inArray, isNotNull, sql } from "drizzle-orm";
import type { Collection } from "../collectionStore.ts";
import { collections, faces, users } from "../schema.ts";
import type { Sql } from "../sql.ts";

const tables = {
  faces: { table: faces, id: faces.faceId },
  users: { table: users, id: users.userId },
} as const;

/** What has vectors. */
export type Kind = keyof typeof tables;

/** Where a reader of changes is: behind a version, or behind one of the rows that it brought. */
export interface Place {
  readonly version: number;
  readonly id?: string;
}

/** A vector as a version left it. */
export interface ChangedVector {
  readonly id: string;
  readonly version: number;
  /** 16-bit floats, the lower byte first; null for a user without faces. */
  readonly halves: Uint8Array | null;
}

/** Reads vectors out of the database, for copies. */
export class VectorReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The vectors that versions behind a place brought and that are there still, in the versions' order. */
  async changes(kind: Kind, collectionId: number, after: Place, limit: number): Promise<ChangedVector[]> {
    const { table, id } = tables[kind];
    const rows = await this.#sql
      .select({
        id: sql<string>`${id}`,
        version: table.version,
        // Four times smaller than a vector's text, and quicker to write and to read.
        bytes: sql<string | null>`encode(halfvec_send(${table.embedding}), 'base64')`,
      })
      .from(table)
      .where(
        and(
          eq(table.collectionId, collectionId),
          after.id === undefined
            ? gt(table.version, after.version)
            : sql`(${table.version}, ${id}) > (${after.version}, ${after.id})`,
        ),
      )
      .orderBy(asc(table.version), asc(id))
      .limit(limit);
    return rows.map(({ bytes, ...row }) => ({ ...row, halves: bytes === null ? null : toHalves(bytes) }));
  }

  /** The ids of all vectors that there are. */
  async ids(kind: Kind, collectionId: number): Promise<Set<string>> {
    const { table, id } = tables[kind];
    const rows = await this.#sql
      .select({ id: sql<string>`${id}` })
      .from(table)
      .where(and(eq(table.collectionId, collectionId), isNotNull(table.embedding)));
    return new Set(rows.map(({ id }) => id));
  }

  /** The last versions that removed something, by collection; those that are gone are left out. */
  async removalVersions(collectionIds: readonly Collection["id"][]): Promise<Map<number, number>> {
    const rows = await this.#sql
      .select({ id: collections.id, removalVersion: collections.removalVersion })
      .from(collections)
      .where(inArray(collections.id, [...collectionIds]));
    return new Map(rows.map(({ id, removalVersion }) => [id, removalVersion]));
  }
}

/** What pgvector sends: the number of components and an unused number, then the components, the upper byte first. */
function toHalves(base64: string): Uint8Array {
  return Buffer.from(base64, "base64").subarray(4).swap16();
}
