import { readFileSync } from "node:fs";
import { z } from "zod";
import { type OperationName, operations } from "../../protocol/model.generated.ts";
import type { Caller, IssuedKey } from "../../protocol/sigv4.ts";
import { type RateLimits, rateLimitsOf } from "./rateLimits.ts";

/** A static access key, as `aws configure` knows it. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the holder of a key may do; what is absent is not limited. */
export interface Rights {
  readonly operations?: ReadonlySet<OperationName>;
  /** CollectionIds, or beginnings of them that end with `*`. */
  readonly collections?: readonly string[];
}

/** Who calls: everything about an access key but its secret. */
export interface KeyHolder extends Caller {
  /** The name of the user in AccessDeniedException; two keys may share it. */
  readonly name: string;
  readonly rights: Rights;
  /** In place of the service's. */
  readonly rateLimits?: RateLimits;
}

export type AccessKey = IssuedKey<KeyHolder>;

/** Faults of access keys, one line each, without anything of a secret. */
export class AccessKeyError extends Error {
  override readonly name = "AccessKeyError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("; "));
    this.faults = faults;
  }
}

/** What changes nothing that is stored: the operations of AWS's policy AmazonRekognitionReadOnlyAccess. */
export const readOnlyOperations: ReadonlySet<OperationName> = new Set<OperationName>([
  "CompareFaces",
  "DescribeCollection",
  "DetectFaces",
  "ListCollections",
  "ListFaces",
  "ListTagsForResource",
  "ListUsers",
  "SearchFaces",
  "SearchFacesByImage",
  "SearchUsers",
  "SearchUsersByImage",
]);

/** A key that may do everything. */
export function unlimitedKey({ accessKeyId, secretAccessKey }: Credential): AccessKey {
  return { secretAccessKey, caller: { accessKeyId, name: accessKeyId, rights: {} } };
}

/** The file that a setting names in place of keys, if it does: a path, or anything without a colon. */
export function fileOf(setting: string): string | undefined {
  const isFile = /^(\.{0,2}\/|file:)/.test(setting) || !setting.includes(":");
  return isFile ? setting.replace(/^file:/, "") : undefined;
}

/**
 * Reads a file of access keys: JSON, when it begins with a brace, or else `accessKeyId:secretAccessKey` a line.
 *
 * @throws AccessKeyError when it cannot be read, or any key in it is not in order.
 */
export function readAccessKeyFile(file: string): AccessKey[] {
  const text = readText(file);
  return /^\s*\{/.test(text) ? parseKeyDocument(text) : parsePairs(text.split(/\r?\n/)).map(unlimitedKey);
}

/** Reads the `accessKeyId:secretAccessKey` pairs of a setting or of the file that it names. @throws AccessKeyError */
export function readPairs(setting: string): Credential[] {
  const file = fileOf(setting);
  return parsePairs(file === undefined ? setting.split(",") : readText(file).split(/\r?\n/));
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new AccessKeyError(["names a file that cannot be read"]);
  }
}

function parsePairs(lines: readonly string[]): Credential[] {
  const credentials: Credential[] = [];
  const faults: string[] = [];
  for (const [index, line] of lines.entries()) {
    const pair = line.trim();
    if (pair === "" || pair.startsWith("#")) continue;
    const [, accessKeyId, secretAccessKey] = /^([\w-]{3,128}):(\S{8,})$/.exec(pair) ?? [];
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      faults.push(
        `entry ${index + 1} must be accessKeyId:secretAccessKey (3 to 128 word characters, a secret of 8 or more)`,
      );
    } else credentials.push({ accessKeyId, secretAccessKey });
  }
  checkKeys(credentials, faults);
  return credentials;
}

const operationName = z.enum(Object.keys(operations) as [OperationName, ...OperationName[]], {
  error: "must be the name of an operation, such as IndexFaces",
});
const keyDocument = z.strictObject({
  accessKeys: z.array(
    z.strictObject({
      accessKeyId: z.string().regex(/^[\w-]{3,128}$/, "must be 3 to 128 word characters"),
      secretAccessKey: z.string().regex(/^\S{8,}$/, "must be 8 characters or more, without spaces"),
      name: z
        .string()
        .regex(/^[\w+=,.@-]{1,64}$/, "must be 1 to 64 letters, digits and +=,.@_-")
        .optional(),
      permissions: z
        .union([z.literal("read-only"), z.array(z.string())], {
          error: 'must be "read-only" or a list of operations',
        })
        .transform((given) => (given === "read-only" ? [...readOnlyOperations] : given))
        .pipe(z.array(operationName).min(1, "must not be empty"))
        .optional(),
      collections: z
        .array(
          z.string().regex(/^(?!$)[\w.-]*\*?$/, "must be a CollectionId, or the beginning of one and a *"),
        )
        .min(1, "must not be empty")
        .optional(),
      rateLimits: z.string().transform(rateLimitsOf).optional(),
    }),
  ),
});

function parseKeyDocument(text: string): AccessKey[] {
  const result = keyDocument.safeParse(parseJson(text));
  if (!result.success) {
    throw new AccessKeyError(
      result.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || "the file"}: ${issue.message}`),
    );
  }
  checkKeys(result.data.accessKeys, []);
  return result.data.accessKeys.map(
    ({ accessKeyId, secretAccessKey, name = accessKeyId, permissions, collections, rateLimits }) => ({
      secretAccessKey,
      caller: {
        accessKeyId,
        name,
        rights: {
          ...(permissions !== undefined && { operations: new Set(permissions) }),
          ...(collections !== undefined && { collections }),
        },
        ...(rateLimits !== undefined && { rateLimits }),
      },
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the file, which holds secrets.
    throw new AccessKeyError(["is no JSON"]);
  }
}

/** @throws AccessKeyError with the faults that there were, and those of the keys together. */
function checkKeys(keys: readonly Credential[], faults: readonly string[]): void {
  const ids = keys.map(({ accessKeyId }) => accessKeyId);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const all = [...faults, ...twice.map((id) => `has the access key ${id} twice`)];
  if (all.length === 0 && ids.length === 0) all.push("holds no access key");
  if (all.length > 0) throw new AccessKeyError(all);
}
