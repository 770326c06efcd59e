import fc from "fast-check";
import { type OperationName, operations } from "../../protocol/model.generated.ts";
import { offeredOperations } from "../../src/operations/registry.ts";
import { anything, valueOfShape } from "./values.ts";

/** A request to be signed and sent, and what to change of it once it is signed. */
export interface FuzzRequest {
  readonly target: string;
  readonly body: string | Uint8Array;
  readonly tampering?: Tampering;
}

/** Changes to a signed request; an undefined header is taken away. */
export interface Tampering {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

const allNames = Object.keys(operations) as OperationName[];
const offeredNames = Object.keys(offeredOperations) as OperationName[];

/** What is made has to be there most of the time, although it is deleted as well. */
const weights: Readonly<Partial<Record<OperationName, number>>> = {
  CreateCollection: 4,
  CreateUser: 3,
  IndexFaces: 2,
  SearchFaces: 2,
};

const requestOf = (name: OperationName): fc.Arbitrary<FuzzRequest> =>
  valueOfShape(operations[name].input).map((input) => ({
    target: `RekognitionService.${name}`,
    body: JSON.stringify(input) ?? "",
  }));
const requestsOf = (names: readonly OperationName[]) =>
  fc.oneof(...names.map((name) => ({ weight: weights[name] ?? 1, arbitrary: requestOf(name) })));

const targetOf = fc.constantFrom(...offeredNames).map((name) => `RekognitionService.${name}`);

/** Bodies that are no JSON object, or one of a hostile form. */
const oddBody: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 100 }),
  anything.map((value) => JSON.stringify(value)),
  fc.constantFrom<string | Uint8Array>(
    "",
    " ",
    "null",
    "{",
    "[]",
    "{}{}",
    '{"CollectionId":',
    '{"CollectionId":"cameo-fuzz-0",}',
    '{"CollectionId":"cameo-fuzz-0","CollectionId":7}',
    '{"__proto__":{"CollectionId":"cameo-fuzz-0"},"constructor":{"prototype":{}}}',
    '{"CollectionId":"cameo-fuzz-0","MaxResults":1e999}',
    '{"CollectionId":"\\ud800"}',
    "\ufeff{}",
    Buffer.from('{"CollectionId":"\xff\xfe"}', "latin1"),
    Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d]),
    "[".repeat(10_000),
    '{"a":'.repeat(10_000),
    `{"CollectionId":"${"a".repeat(200_000)}"}`,
    `{"FaceIds":[${"0,".repeat(99_999)}0]}`,
  ),
);

const oddTarget = fc.oneof(
  fc.constantFrom(
    "",
    "RekognitionService",
    "RekognitionService.",
    "RekognitionService.__proto__",
    "RekognitionService.constructor",
    "RekognitionService.toString",
    "RekognitionService.listFaces",
    "rekognitionservice.ListFaces",
    "RekognitionService.ListFaces.ListFaces",
    "RekognitionService.ListFaces,RekognitionService.ListFaces",
    "DynamoDB_20120810.ListTables",
    "A".repeat(4000),
  ),
  // What may stand in a header, and what the signer takes as it is: no space at the ends or twice.
  fc.string({ unit: fc.constantFrom(..."abcABC019._-/:;%'\"\\{}<>"), maxLength: 60 }),
);

const authorizations: readonly (string | undefined)[] = [
  undefined,
  "",
  "AWS4-HMAC-SHA256",
  "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
  "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;x-amz-target, Signature=0",
  "AWS4-HMAC-SHA256 Credential=cameo/20130301/us-east-1/rekognition/aws4_request, SignedHeaders=host;x-amz-target;__proto__, Signature=00",
  `AWS4-HMAC-SHA256 ${"Credential=a/b/c/d/e,".repeat(300)}`,
  "Basic Y2FtZW86Y2FtZW8=",
];

/** What happens to a request after it was signed: on the way, or in a client that is wrong. */
const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  fc.constantFrom(...authorizations).map((authorization) => ({ headers: { authorization } })),
  fc
    .constantFrom("", "0", "20130301T000000Z", "99991231T235959Z", "20260230T000000Z", "a".repeat(100))
    .map((date) => ({ headers: { "x-amz-date": date } })),
  fc.constantFrom("PUT", "GET", "DELETE", "PATCH", "OPTIONS").map((method) => ({ method })),
  fc
    .constantFrom(
      "//",
      "/./",
      "/..",
      "/%2e%2e/",
      "/?",
      "/?X-Amz-Algorithm=x",
      "/?%",
      "/collections",
      "/healthz/x",
    )
    .map((path) => ({ path })),
  fc
    .constantFrom(
      undefined,
      "",
      "text/plain",
      "application/json",
      "application/x-amz-json-1.0",
      ";",
      "a".repeat(500),
    )
    .map((type) => ({ headers: { "content-type": type } })),
  fc.constantFrom("gzip", "br", "x").map((encoding) => ({ headers: { "content-encoding": encoding } })),
  fc
    .constantFrom("none", "", "a".repeat(3000))
    .map((token) => ({ headers: { "x-amz-security-token": token } })),
  fc
    .constantFrom("UNSIGNED-PAYLOAD", "", "0".repeat(64))
    .map((hash) => ({ headers: { "x-amz-content-sha256": hash } })),
  fc.constantFrom("", "{}", '{"MaxResults":1}').map((body) => ({ body })),
);

/** Requests of every kind; most are signed correctly and reach an operation. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 70, arbitrary: requestsOf(offeredNames) },
  { weight: 6, arbitrary: requestsOf(allNames) },
  { weight: 10, arbitrary: fc.record({ target: targetOf, body: oddBody }) },
  { weight: 4, arbitrary: fc.record({ target: oddTarget, body: fc.constant("{}") }) },
  { weight: 10, arbitrary: fc.record({ target: targetOf, body: fc.constant("{}"), tampering }) },
);
