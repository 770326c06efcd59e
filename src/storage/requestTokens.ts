import { createHash } from "node:crypto";
import { and, eq, lt, sql } from "drizzle-orm";
import { requestTokens } from "./schema.ts";
import type { Sql } from "./sql.ts";

/** A request that is to be done once, however often it is sent. */
export interface IdempotentRequest {
  readonly operation: string;
  /** The client's name for the request; 1..64 characters. */
  readonly token: string;
  /** What else the request says. */
  readonly parameters: object;
}

/** Thrown when a token comes with other parameters than the first time. */
export class RequestTokenReusedError extends Error {
  override readonly name = "RequestTokenReusedError";
}

/** How long a token is remembered: SDKs retry for seconds, queues and workflows for hours; AWS documents no time. */
export const remembered = sql`interval '24 hours'`;

/**
 * Does the work of a request, unless the collection remembers its token: then that request's outcome is the
 * answer again. Tokens of other operations and collections are other tokens. Only work that succeeds is
 * remembered, by the same transaction that does it; the database's clock counts for how long.
 *
 * @param transaction holds the collection's lock (`lockCollection`), which makes racing requests take turns.
 * @param request undefined for a client that brought no token: the work is done.
 * @param work its outcome must be the same after a round trip through JSON.
 * @throws RequestTokenReusedError, and what `work` throws.
 */
export async function doOnce<Outcome extends object>(
  transaction: Sql,
  collectionId: number,
  request: IdempotentRequest | undefined,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  if (request === undefined) return work();
  const { operation, token } = request;
  const parameters = fingerprint(request.parameters);
  await transaction
    .delete(requestTokens)
    .where(
      and(
        eq(requestTokens.collectionId, collectionId),
        lt(requestTokens.createdAt, sql`now() - ${remembered}`),
      ),
    );
  const [before] = await transaction
    .select({ parameters: requestTokens.parameters, outcome: requestTokens.outcome })
    .from(requestTokens)
    .where(
      and(
        eq(requestTokens.collectionId, collectionId),
        eq(requestTokens.operation, operation),
        eq(requestTokens.token, token),
      ),
    );
  if (before === undefined) {
    const outcome = await work();
    await transaction.insert(requestTokens).values({ collectionId, operation, token, parameters, outcome });
    return outcome;
  }
  if (before.parameters !== parameters) throw new RequestTokenReusedError(`${operation} ${token}`);
  return before.outcome as Outcome;
}

/** Equal for equal parameters, in whichever order a client wrote them. */
function fingerprint(parameters: object): string {
  const members = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(members)).digest("base64");
}
