import { IndexFacesCommand } from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createCanvas } from "@napi-rs/canvas";
import { createClient, region } from "./support/client.ts";
import { TestCollections } from "./support/collections.ts";
import type { RawAnswer, RawRequest } from "./support/http.ts";
import { choosePhotos, emptyPhoto } from "./support/photos.ts";
import { sendRaw, signedRequest } from "./support/rawRequest.ts";
import type { SigningOptions } from "./support/signer.ts";

const client = createClient();
const collections = new TestCollections(client);
const photos = choosePhotos();
afterAll(() => collections.deleteAll());

/** Bytes of a body that the service does not take. */
const tooLarge = 32 * 1024 * 1024 + 1;

type Input = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

/** One violation: what it changes of a request that is in order, before and after that is signed. */
interface Violation {
  /** Members of SearchFacesByImage's input. */
  readonly input?: Input;
  readonly signing?: SigningOptions;
  /** Changes the headers that were signed; undefined takes one away. */
  readonly headers?: (signed: Headers) => Readonly<Record<string, string | undefined>>;
  readonly method?: string;
  readonly path?: string;
}

/** One step of the ladder: the exception that answers its violation, and a part of the text. */
interface Rung {
  readonly exception: string;
  readonly situation: string;
  readonly status?: number;
  readonly text?: string;
  readonly violation: Violation;
}

const authorization =
  (change: (header: string) => string) =>
  ({ authorization = "" }: Headers): Headers => ({ authorization: change(authorization) });
const image = (bytes: Uint8Array) => ({ Image: { Bytes: Buffer.from(bytes).toString("base64") } });

/** AWS's order, from the first step to the last. */
const rungs: readonly Rung[] = [
  {
    exception: "RequestEntityTooLargeException",
    situation: "a body of more than 32 MiB",
    status: 413,
    violation: { signing: { body: Buffer.alloc(tooLarge) } },
  },
  {
    exception: "AccessDeniedException",
    situation: "another method than POST",
    status: 403,
    text: "<Message>Unable to determine service/operation name to be authorized</Message>",
    violation: { method: "PUT" },
  },
  {
    exception: "UnknownOperationException",
    situation: "another content type",
    status: 404,
    text: "<UnknownOperationException/>",
    violation: { headers: () => ({ "content-type": "application/json" }) },
  },
  {
    exception: "SerializationException",
    situation: "a body that is no JSON",
    text: '{"__type":"SerializationException"}',
    violation: { signing: { body: "{" } },
  },
  {
    exception: "UnknownOperationException",
    situation: "a target that is no operation",
    text: '{"__type":"UnknownOperationException"}',
    violation: { signing: { target: "RekognitionService.NoSuchOperation" } },
  },
  {
    exception: "InvalidSignatureException",
    situation: "a signature in the header and in the query",
    text: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    violation: {
      path: "/?X-Amz-Algorithm=AWS4-HMAC-SHA256",
      headers: ({ authorization = "none" }) => ({ authorization }),
    },
  },
  {
    exception: "MissingAuthenticationTokenException",
    situation: "no signature",
    text: "Missing Authentication Token",
    violation: { headers: () => ({ authorization: undefined }) },
  },
  {
    exception: "IncompleteSignatureException",
    situation: "a part of the signature is missing",
    text: "Authorization header requires 'Signature' parameter.",
    violation: { headers: authorization((header) => header.replace(/Signature=\w+$/, "")) },
  },
  {
    exception: "IncompleteSignatureException",
    situation: "a date in another form",
    text: "Date must be in ISO-8601 'basic format'. Got '2013-03-01'.",
    violation: { headers: () => ({ "x-amz-date": "2013-03-01" }) },
  },
  {
    exception: "InvalidSignatureException",
    situation: "a date that is long past",
    text: "Signature expired: 20130301T000000Z is now earlier than",
    violation: { headers: () => ({ "x-amz-date": "20130301T000000Z" }) },
  },
  {
    exception: "InvalidSignatureException",
    situation: "a host that is not signed",
    text: "'Host' must be a 'SignedHeader' in the AWS Authorization.",
    violation: { headers: authorization((header) => header.replace(";host;", ";")) },
  },
  {
    exception: "InvalidSignatureException",
    situation: "a target that is not signed",
    text: "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    violation: { headers: authorization((header) => header.replace(";x-amz-target", "")) },
  },
  {
    exception: "IncompleteSignatureException",
    situation: "another algorithm",
    text: "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now).",
    violation: { headers: authorization((header) => header.replace("SHA256", "SHA1")) },
  },
  {
    exception: "IncompleteSignatureException",
    situation: "a credential of four parts",
    text: "Credential must have exactly 5 slash-delimited elements",
    violation: { headers: authorization((header) => header.replace("/aws4_request", "")) },
  },
  {
    exception: "InvalidSignatureException",
    situation: "a credential for another region",
    text: "Credential should be scoped to a valid region, not 'xx-nowhere-9'.",
    violation: { headers: authorization((header) => header.replace(`/${region}/`, "/xx-nowhere-9/")) },
  },
  {
    exception: "UnrecognizedClientException",
    situation: "a key that is not known",
    text: "The security token included in the request is invalid.",
    violation: {
      headers: authorization((header) => header.replace(/Credential=[^/]+/, "Credential=AKIDNEVERISSUED")),
    },
  },
  {
    exception: "InvalidSignatureException",
    situation: "a signature that is wrong",
    text: "The request signature we calculated does not match the signature you provided.",
    violation: {
      headers: authorization((header) => header.replace(/Signature=\w+/, `Signature=${"0".repeat(64)}`)),
    },
  },
  {
    exception: "UnrecognizedClientException",
    situation: "a session token that nobody issued",
    text: '"The security token included in the request is invalid"',
    violation: { signing: { sessionToken: "none" } },
  },
  {
    exception: "UnknownOperationException",
    situation: "an operation that is not offered",
    text: "DetectLabels is not offered by this endpoint.",
    violation: { signing: { target: "RekognitionService.DetectLabels" } },
  },
  {
    exception: "SerializationException",
    situation: "a member of another type",
    text: '"Message":"STRING_VALUE can not be converted to an Integer"',
    violation: { input: { MaxFaces: "many" } },
  },
  {
    exception: "ValidationException",
    situation: "a member out of its range",
    text: "Value '101.0' at 'faceMatchThreshold' failed to satisfy constraint: Member must have value less than or equal to 100",
    violation: { input: { FaceMatchThreshold: 101 } },
  },
  {
    exception: "ResourceNotFoundException",
    situation: "a collection that does not exist",
    text: "The collection id: cameo-never-made does not exist",
    violation: { input: { CollectionId: "cameo-never-made" } },
  },
  {
    exception: "InvalidParameterException",
    situation: "an image without bytes and S3 object",
    text: "Requested image should either contain bytes or s3 object.",
    violation: { input: { Image: {} } },
  },
  {
    exception: "InvalidImageFormatException",
    situation: "bytes that are no image",
    text: "Request has invalid image format",
    violation: { input: image(Buffer.from("This is no image.")) },
  },
  {
    exception: "InvalidParameterException",
    situation: "an image of fewer than 80 pixels a side",
    text: "Request has invalid parameters",
    violation: { input: image(createCanvas(200, 79).toBuffer("image/png")) },
  },
  {
    exception: "InvalidParameterException",
    situation: "an image without faces",
    text: "There are no faces in the image. Should be at least 1.",
    violation: { input: image(emptyPhoto()) },
  },
];

let inOrder: Input;

beforeAll(async () => {
  const CollectionId = await collections.create();
  const Bytes = await photos.portrait(0, 0);
  await client.send(new IndexFacesCommand({ CollectionId, Image: { Bytes } }));
  inOrder = { CollectionId, ...image(Bytes) };
});

/** Sends SearchFacesByImage with violations, of which the ones before overrule the ones after. */
async function sendWith(violations: readonly Violation[]): Promise<RawAnswer> {
  const layers = violations.toReversed();
  const input: Input = Object.assign({}, inOrder, ...layers.map((layer) => layer.input));
  const options: SigningOptions = {
    target: "RekognitionService.SearchFacesByImage",
    body: JSON.stringify(input),
  };
  const signed = await signedRequest(Object.assign(options, ...layers.map((layer) => layer.signing)));
  let { headers } = signed;
  for (const layer of layers) headers = withoutAbsent({ ...headers, ...layer.headers?.(headers) });
  const outermost: Violation = Object.assign({}, ...layers);
  const request: RawRequest = { method: outermost.method ?? "POST", headers, body: signed.body };
  return sendRaw(request, outermost.path);
}

function withoutAbsent(headers: Readonly<Record<string, string | undefined>>): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined),
  );
}

function expectAnswer({ status, text }: RawAnswer, rung: Rung): void {
  expect(status).toBe(rung.status ?? 400);
  expect(text).toContain(rung.exception);
  expect(text).toContain(rung.text ?? "");
}

test("the request that the steps are tried with is in order", async () => {
  expect(await sendWith([])).toMatchObject({ status: 200, json: { FaceMatches: [{ Similarity: 100 }] } });
});

describe("errors", () => {
  test.each(rungs)("$exception: $situation", async (rung) => {
    expectAnswer(await sendWith([rung.violation]), rung);
  });
});

describe("a request that breaks a rule and all rules after it is answered by the first", () => {
  test.each(rungs)("$exception: $situation", async (rung) => {
    const following = rungs.slice(rungs.indexOf(rung));
    expectAnswer(await sendWith(following.map(({ violation }) => violation)), rung);
  });
});
