import { isNotNull, sql } from "drizzle-orm";
import {
  bigint,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { fromSql } from "pgvector";
import { encodeHalfVector } from "./halfVector.ts";

/**
 * An embedding as 16-bit floats, 2 bytes a component: 776 bytes for 384 of them. Without a fixed length,
 * because collections of different model packs share the table.
 */
const halfvec = customType<{ data: Float32Array; driverData: Buffer | string }>({
  dataType: () => "halfvec",
  toDriver: encodeHalfVector,
  fromDriver: (value) => Float32Array.from(fromSql(value) as number[]),
});

/** Text that every server compares and sorts byte by byte, whatever the language that it was set up for. */
const byteOrderedText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/** Collections of faces. */
export const collections = pgTable("collections", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** Rekognition's CollectionId: case-sensitive, hence compared byte by byte. */
  name: text().notNull().unique(),
  modelPack: text("model_pack").notNull(),
  faceModelVersion: text("face_model_version").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true, precision: 3 }).notNull(),
  tags: jsonb().$type<Readonly<Record<string, string>>>().notNull().default({}),
  faceCount: bigint("face_count", { mode: "number" }).notNull().default(0),
  userCount: bigint("user_count", { mode: "number" }).notNull().default(0),
  /** Grows with every change to the vectors of faces or users, so that copies can tell whether they are current. */
  version: bigint({ mode: "number" }).notNull().default(0),
  /** The last version that removed a face or a user; all others can be caught up with by reading what they changed. */
  removalVersion: bigint("removal_version", { mode: "number" }).notNull().default(0),
});

/** Users of collections: people, as far as the operator has told which faces are theirs. */
export const users = pgTable(
  "users",
  {
    collectionId: integer("collection_id").notNull(),
    /** Rekognition's UserId. */
    userId: byteOrderedText("user_id").notNull(),
    /** The user vector, made from the embeddings of the user's faces; null as long as there are none. */
    embedding: halfvec(),
    /** The collection's version that gave it this embedding. */
    version: bigint({ mode: "number" }).notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.collectionId, table.userId] }),
    index("users_version").on(table.collectionId, table.version, table.userId),
    foreignKey({ columns: [table.collectionId], foreignColumns: [collections.id] }).onDelete("cascade"),
  ],
);

/** Faces of collections: what was measured on them, and nothing of their images. */
export const faces = pgTable(
  "faces",
  {
    collectionId: integer("collection_id").notNull(),
    faceId: uuid("face_id").notNull(),
    imageId: uuid("image_id").notNull(),
    externalImageId: text("external_image_id"),
    left: real().notNull(),
    top: real().notNull(),
    width: real().notNull(),
    height: real().notNull(),
    confidence: real().notNull(),
    embedding: halfvec().notNull(),
    /** The collection's version that gave it this embedding. */
    version: bigint({ mode: "number" }).notNull().default(0),
    /** The user whose face it is, if it was associated with one. */
    userId: byteOrderedText("user_id"),
    /** When it was added, by the database's clock: what retention counts from. */
    indexedAt: timestamp("indexed_at", { withTimezone: true }).notNull().default(sql`now()`),
  },
  (table) => [
    // The collection leads every key: it is what the table can be partitioned or sharded by.
    primaryKey({ columns: [table.collectionId, table.faceId] }),
    index("faces_version").on(table.collectionId, table.version, table.faceId),
    index("faces_age").on(table.collectionId, table.indexedAt),
    index("faces_image").on(table.collectionId, table.imageId),
    index("faces_user").on(table.collectionId, table.userId).where(isNotNull(table.userId)),
    foreignKey({ columns: [table.collectionId], foreignColumns: [collections.id] }).onDelete("cascade"),
    foreignKey({
      columns: [table.collectionId, table.userId],
      foreignColumns: [users.collectionId, users.userId],
    }),
  ],
);

/** Embeddings by the model pack that a collection is being moved to, until all its faces have one. */
export const stagedEmbeddings = pgTable(
  "staged_embeddings",
  {
    collectionId: integer("collection_id").notNull(),
    modelPack: text("model_pack").notNull(),
    faceId: uuid("face_id").notNull(),
    embedding: halfvec().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.collectionId, table.modelPack, table.faceId] }),
    foreignKey({ columns: [table.collectionId], foreignColumns: [collections.id] }).onDelete("cascade"),
  ],
);

/** Requests that were answered, by the token that they brought, so that they are not done again. */
export const requestTokens = pgTable(
  "request_tokens",
  {
    collectionId: integer("collection_id").notNull(),
    operation: text().notNull(),
    /** Rekognition's ClientRequestToken. */
    token: text().notNull(),
    /** SHA-256 of the request's other parameters, base64. */
    parameters: text().notNull(),
    /** What the request came to. */
    outcome: jsonb().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.collectionId, table.operation, table.token] }),
    index("request_tokens_age").on(table.collectionId, table.createdAt),
    foreignKey({ columns: [table.collectionId], foreignColumns: [collections.id] }).onDelete("cascade"),
  ],
);

/** Values that all servers on one database share, made by the first of them. */
export const sharedSecrets = pgTable("shared_secrets", {
  name: text().primaryKey(),
  /** 32 random bytes, base64. */
  value: text().notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().default(sql`now()`),
});

/** What was done from time to time, for all servers on one database. */
export const chores = pgTable("chores", {
  name: text().primaryKey(),
  /** What it was done for last. */
  state: text().notNull(),
});
