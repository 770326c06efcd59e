import { ListFacesCommand, RekognitionClient } from "@aws-sdk/client-rekognition";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { AwsError } from "./errors.ts";
import { Sha256 } from "./sha256.ts";
import { type Caller, createSigV4Verifier, type SignedRequest, type SigV4Settings } from "./sigv4.ts";

const knownCredential = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const signedAt = new Date("2026-11-21T10:00:00Z");
const signedAtText = "20261121T100000Z";
const knownScope = "20261121/eu-central-1/rekognition/aws4_request";

const settings: SigV4Settings<Caller> = {
  region: "eu-central-1",
  service: "rekognition",
  findKey: (accessKeyId) =>
    accessKeyId === knownCredential.accessKeyId
      ? { secretAccessKey: knownCredential.secretAccessKey, caller: { accessKeyId } }
      : undefined,
  now: () => signedAt,
};
const verify = createSigV4Verifier(settings);

/** What boto3 sends, and signs: no hash of the body. */
const headersOfRequest = {
  Host: "localhost:8080",
  "Content-Type": "application/x-amz-json-1.1",
  "X-Amz-Target": "RekognitionService.ListFaces",
  "X-Amz-Date": signedAtText,
};

interface Overrides {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signedHeaders?: readonly string[];
  readonly body?: string;
  readonly secretAccessKey?: string;
}

async function sign({
  method = "POST",
  path = "/",
  query = "",
  headers = headersOfRequest,
  signedHeaders = Object.keys(headers).map((name) => name.toLowerCase()),
  body = '{"CollectionId":"party"}',
  secretAccessKey = knownCredential.secretAccessKey,
}: Overrides = {}): Promise<SignedRequest> {
  const signer = new SignatureV4({
    credentials: { ...knownCredential, secretAccessKey },
    region: settings.region,
    service: settings.service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers: added } = await signer.sign(new HttpRequest({ method, path, headers, body }), {
    signingDate: signedAt,
    signableHeaders: new Set(signedHeaders),
    unsignableHeaders: new Set([...Object.keys(headers).map((name) => name.toLowerCase()), "x-amz-date"]),
  });
  return {
    method,
    path,
    query,
    rawHeaders: [...Object.entries(headers).flat(), "Authorization", added.authorization ?? ""],
    body: Buffer.from(body),
  };
}

function withHeader({ rawHeaders, ...request }: SignedRequest, name: string, value?: string): SignedRequest {
  const kept = rawHeaders.flatMap((header, i) =>
    i % 2 === 0 && header.toLowerCase() !== name.toLowerCase() ? [header, rawHeaders[i + 1] ?? ""] : [],
  );
  return { ...request, rawHeaders: value === undefined ? kept : [...kept, name, value] };
}

function headerOf({ rawHeaders }: SignedRequest, name: string): string {
  return rawHeaders[rawHeaders.findIndex((header) => header.toLowerCase() === name.toLowerCase()) + 1] ?? "";
}

function partOf(request: SignedRequest, part: string): string {
  switch (part) {
    case "method":
    case "path":
    case "query":
      return request[part];
    case "body":
      return Buffer.from(request.body).toString();
    default:
      return headerOf(request, part);
  }
}

function withPart(request: SignedRequest, part: string, text: string): SignedRequest {
  switch (part) {
    case "method":
    case "path":
    case "query":
      return { ...request, [part]: text };
    case "body":
      return { ...request, body: Buffer.from(text) };
    default:
      return withHeader(request, part, text);
  }
}

/** What the JavaScript SDK sends. */
async function captureSdkRequest(): Promise<SignedRequest> {
  let captured: HttpRequest | undefined;
  const client = new RekognitionClient({
    region: settings.region,
    endpoint: "http://localhost:8080",
    credentials: knownCredential,
    maxAttempts: 1,
    systemClockOffset: signedAt.getTime() - Date.now(),
    requestHandler: {
      handle: async (request: HttpRequest) => {
        captured = request;
        throw new Error("captured");
      },
    },
  });
  await expect(client.send(new ListFacesCommand({ CollectionId: "party" }))).rejects.toThrow("captured");
  const { method = "", path = "", headers = {}, body = "" } = captured ?? {};
  return { method, path, query: "", rawHeaders: Object.entries(headers).flat(), body: new Uint8Array(body) };
}

const mismatch = {
  name: "InvalidSignatureException",
  message:
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
};

describe("a rightly signed request", () => {
  test("passes with what boto3 signs: no hash of the body", async () => {
    await expect(verify(await sign())).resolves.toEqual({ accessKeyId: "AKIDEXAMPLE" });
  });

  test("passes as the JavaScript SDK sends it", async () => {
    const request = await captureSdkRequest();
    expect(headerOf(request, "authorization")).toContain(
      "content-length;content-type;host;x-amz-content-sha256",
    );
    await expect(verify(request)).resolves.toEqual({ accessKeyId: "AKIDEXAMPLE" });
  });

  test.each<[string, Overrides]>([
    ["below a path", { path: "/rekognition/" }],
    ["with an empty body", { body: "" }],
    ["with white space in a signed header", { headers: { ...headersOfRequest, "X-Amz-Meta": "  a \t b " } }],
    [
      "with headers that no signer signs of itself",
      { headers: { ...headersOfRequest, "User-Agent": "a", TE: "b" } },
    ],
    [
      "with unsigned headers",
      { headers: { ...headersOfRequest, "X-Forwarded-For": "é" }, signedHeaders: ["host", "x-amz-target"] },
    ],
  ])("passes %s", async (_, overrides) => {
    await expect(verify(await sign(overrides))).resolves.toEqual({ accessKeyId: "AKIDEXAMPLE" });
  });

  test("passes with its date in `Date` alone", async () => {
    const { "X-Amz-Date": _, ...headers } = headersOfRequest;
    const signedHeaders = ["host", "x-amz-target"];
    const request = await sign({ headers: { ...headers, Date: signedAtText }, signedHeaders });
    await expect(verify(request)).resolves.toBeDefined();
  });

  test("passes when a proxy took its Content-Length away", async () => {
    const request = await sign({ headers: { ...headersOfRequest, "Content-Length": "24" } });
    await expect(verify(withHeader(request, "Content-Length"))).resolves.toBeDefined();
  });

  test("passes up to 15 minutes before and after its date", async () => {
    for (const minutes of [-15, 15]) {
      const now = () => new Date(signedAt.getTime() + minutes * 60_000);
      await expect(createSigV4Verifier({ ...settings, now })(await sign())).resolves.toBeDefined();
    }
  });
});

describe("a request is refused", () => {
  let request: SignedRequest;
  let authorization: string;

  beforeAll(async () => {
    request = await sign();
    authorization = headerOf(request, "Authorization");
  });

  const withAuthorization = (change: (authorization: string) => string) =>
    withHeader(request, "Authorization", change(authorization));

  test.each<[string, () => SignedRequest, string, string]>([
    [
      "without a signature",
      () => withHeader(request, "Authorization"),
      "MissingAuthenticationTokenException",
      "Missing Authentication Token",
    ],
    [
      "with another scheme's header",
      () => withAuthorization(() => "Bearer abc"),
      "MissingAuthenticationTokenException",
      "Missing Authentication Token",
    ],
    [
      "signed in header and query",
      () => ({ ...request, query: "X-Amz-Algorithm=AWS4-HMAC-SHA256" }),
      "InvalidSignatureException",
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    ],
    [
      "signed in the query",
      () => ({ ...withHeader(request, "Authorization"), query: "X-Amz-Algorithm=AWS4-HMAC-SHA256" }),
      "IncompleteSignatureException",
      "This endpoint takes a signature from the 'Authorization' HTTP header only, not from the query-string.",
    ],
    [
      "with nothing but the algorithm",
      () =>
        withHeader(
          withAuthorization(() => "AWS4-HMAC-SHA256"),
          "X-Amz-Date",
        ),
      "IncompleteSignatureException",
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
    ],
    [
      "without a Signature",
      () => withAuthorization(() => "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b"),
      "IncompleteSignatureException",
      "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b",
    ],
    [
      "with a bad date",
      () => withHeader(request, "X-Amz-Date", "201"),
      "IncompleteSignatureException",
      "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      "with a day that does not exist",
      () => withHeader(request, "X-Amz-Date", "20260230T100000Z"),
      "IncompleteSignatureException",
      "Date must be in ISO-8601 'basic format'. Got '20260230T100000Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      "with an old date",
      () => withHeader(request, "X-Amz-Date", "20261121T094459Z"),
      "InvalidSignatureException",
      "Signature expired: 20261121T094459Z is now earlier than 20261121T094500Z (20261121T100000Z - 15 min.)",
    ],
    [
      "with a date to come",
      () => withHeader(request, "X-Amz-Date", "20261121T101501Z"),
      "InvalidSignatureException",
      "Signature not yet current: 20261121T101501Z is still later than 20261121T101500Z (20261121T100000Z + 15 min.)",
    ],
    [
      "with its host unsigned",
      () => withAuthorization((header) => header.replace("host;", "")),
      "InvalidSignatureException",
      "'Host' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "with its target unsigned",
      () => withAuthorization((header) => header.replace(";x-amz-target", "")),
      "InvalidSignatureException",
      "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "with another algorithm",
      () => withAuthorization((header) => header.replace("SHA256", "SHA25")),
      "IncompleteSignatureException",
      "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
    ],
    [
      "with a credential of four parts",
      () => withAuthorization((header) => header.replace(`AKIDEXAMPLE/${knownScope}`, "a/b/c/d")),
      "IncompleteSignatureException",
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
    ],
    [
      "with nothing right in its scope",
      () => withAuthorization((header) => header.replace(`AKIDEXAMPLE/${knownScope}`, "a/b/c/d/e")),
      "InvalidSignatureException",
      "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'rekognition'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20261121', from '20261121T100000Z'.",
    ],
    [
      "with an unknown access key",
      () => withAuthorization((header) => header.replace("AKIDEXAMPLE", "AKIDOTHER")),
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    ],
    [
      "with a header signed twice",
      () => withAuthorization((header) => header.replace("host;", "host;host;")),
      mismatch.name,
      mismatch.message,
    ],
    [
      "with a header signed that is not there",
      () => withHeader(request, "Content-Type"),
      mismatch.name,
      mismatch.message,
    ],
    [
      "with a signed header repeated",
      () => ({
        ...request,
        rawHeaders: ["x-amz-target", "RekognitionService.DeleteFaces", ...request.rawHeaders],
      }),
      mismatch.name,
      mismatch.message,
    ],
    [
      "with a signature that is cut short",
      () => withAuthorization((header) => header.slice(0, -1)),
      mismatch.name,
      mismatch.message,
    ],
  ])("%s", async (_, change, name, message) => {
    await expect(verify(change())).rejects.toMatchObject({ name, message });
  });

  test.each<[string, Overrides]>([
    ["signed with another secret", { secretAccessKey: "another" }],
    [
      "that does not sign its body",
      { headers: { ...headersOfRequest, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" } },
    ],
    ["with a signed header that is not ASCII", { headers: { ...headersOfRequest, "X-Amz-Meta": "é" } }],
    ["with a query", { query: "a=1" }],
    ["with a path that the signer would resolve", { path: "/a/../" }],
  ])("%s", async (_, overrides) => {
    await expect(verify(await sign(overrides))).rejects.toMatchObject(mismatch);
  });

  test("with a session token, once its signature is right", async () => {
    const headers = { ...headersOfRequest, "X-Amz-Security-Token": "token" };
    await expect(verify(await sign({ headers }))).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid",
    });
    await expect(verify(await sign({ headers, secretAccessKey: "another" }))).rejects.toMatchObject(mismatch);
  });

  test("with any one digit of its signature changed", async () => {
    const start = authorization.indexOf("Signature=") + "Signature=".length;
    for (let at = start; at < authorization.length; at++) {
      const digit = authorization[at] === "0" ? "1" : "0";
      const changed = withAuthorization((header) => header.slice(0, at) + digit + header.slice(at + 1));
      await expect(verify(changed)).rejects.toMatchObject(mismatch);
    }
  });

  /** A change of one character in what is signed: replaced, inserted or removed. */
  const tampered = fc
    .record({
      part: fc.constantFrom(
        "method",
        "path",
        "query",
        "body",
        "Host",
        "Content-Type",
        "X-Amz-Target",
        "X-Amz-Date",
      ),
      at: fc.nat(),
      removed: fc.constantFrom(0, 1),
      inserted: fc.string({ unit: fc.constantFrom(..."!#/.%=aA0zZ~"), minLength: 0, maxLength: 1 }),
    })
    .filter(({ removed, inserted }) => removed > 0 || inserted !== "");

  test("with any one character of what is signed changed", async () => {
    await fc.assert(
      fc.asyncProperty(tampered, async ({ part, at, removed, inserted }) => {
        const original = partOf(request, part);
        const index = at % (original.length + 1);
        const text = original.slice(0, index) + inserted + original.slice(index + removed);
        fc.pre(text !== original);
        await expect(verify(withPart(request, part, text))).rejects.toBeInstanceOf(AwsError);
      }),
      { numRuns: 1000 },
    );
  });
});
