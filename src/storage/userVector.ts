import { sql } from "drizzle-orm";
import { faces, users } from "./schema.ts";

/**
 * The vector of each user of an update: the mean of the user's faces, at length 1; null where there are none.
 */
export const meanOfFaces = sql`(
  select l2_normalize(avg(${faces.embedding})) from ${faces}
  where ${faces.collectionId} = ${users.collectionId} and ${faces.userId} = ${users.userId})`;
