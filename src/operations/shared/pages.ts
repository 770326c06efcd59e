import { createHmac, timingSafeEqual } from "node:crypto";
import { invalidPaginationToken } from "../../../protocol/errors.ts";

/**
 * Page size where a request gives none (or 0, which Rekognition's model allows). Not documented by AWS.
 */
export const defaultPageSize = 1000;

/** Bytes of the authentication code in a token: 96 bits, beyond guessing. */
const codeLength = 12;

/**
 * Writes and reads NextToken: where the next page begins, sealed so that a token can be neither made up nor
 * used for another listing than its own. Servers with the same secret read each other's tokens.
 */
export class PageTokens {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /**
   * @param listing what is listed: operation and collection.
   * @param position where the next page begins, as that listing understands it; ASCII.
   * @returns at most 255 characters for positions of up to 170.
   */
  write(listing: string, position: string): string {
    return Buffer.concat([this.#code(listing, position), Buffer.from(position)]).toString("base64");
  }

  /** @returns the position that `write` was given. @throws AwsError InvalidPaginationTokenException */
  read(listing: string, token: string): string {
    const bytes = Buffer.from(token, "base64");
    const position = bytes.subarray(codeLength).toString();
    const expected = this.#code(listing, position);
    const given = bytes.subarray(0, codeLength);
    if (given.length !== codeLength || !timingSafeEqual(given, expected)) throw invalidPaginationToken();
    return position;
  }

  #code(listing: string, position: string): Buffer {
    return createHmac("sha256", this.#secret)
      .update(`${listing.length}:${listing}${position}`)
      .digest()
      .subarray(0, codeLength);
  }
}

/** The rows of one page, and the row after which the next one begins, if there are more. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly last: Row | undefined;
}

/** Page size of a request. */
export function pageSize(maxResults: number | undefined): number {
  return maxResults || defaultPageSize;
}

/** Cuts a page from rows that were read one beyond its size. */
export function cutPage<Row>(rows: readonly Row[], size: number): Page<Row> {
  const page = rows.slice(0, size);
  return { rows: page, last: rows.length > size ? page.at(-1) : undefined };
}
