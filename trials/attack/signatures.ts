import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import type { RawRequest } from "../../conformance/support/http.ts";
import { createSigner } from "../../conformance/support/signer.ts";
import { Sha256 } from "../../protocol/sha256.ts";
import { type Arena, type Outcome, region, tryAll } from "./arena.ts";

type Forgery = readonly [name: string, request: RawRequest, path?: string];

const minute = 60_000;
const body = '{"MaxResults":1}';

/** Forges requests in every component, from one that is in order; it is sent as well, to show that it passes. */
export async function forgeSignatures(arena: Arena, seed: number, flips: number): Promise<Outcome> {
  const good = await arena.signed({ body });
  const forgeries = [
    ...forgedComponents(good),
    ...(await wrongKeys(arena)),
    ...(await wrongTimes(arena)),
    ...(await inQuery(arena)),
    ...flipped(good, seed, flips),
  ];
  const outcome = await tryAll(
    forgeries.map(([name, request, path]) => [name, () => arena.send(request, path)] as const),
  );
  const control = await arena.send(await arena.signed({ body }));
  if (control.status !== 200) throw new Error(`A request in order is refused: ${control.text}`);
  return outcome;
}

function forgedComponents(good: RawRequest): Forgery[] {
  const { authorization = "", ...others } = good.headers;
  const withHeaders = (headers: Readonly<Record<string, string>>): RawRequest => ({
    ...good,
    headers: { ...good.headers, ...headers },
  });
  const without = (name: string): RawRequest => {
    const { [name]: _, ...headers } = good.headers;
    return { ...good, headers };
  };
  const authorized = (change: (header: string) => string) =>
    withHeaders({ authorization: change(authorization) });
  const signature = /Signature=(\w+)/.exec(authorization)?.[1] ?? "";
  const signedAs = (text: string) => authorized((header) => header.replace(signature, text));
  return [
    ...["GET", "PUT", "DELETE", "PATCH", "OPTIONS"].map((method): Forgery => [method, { ...good, method }]),
    ...["//", "/x", "/./", "/../", "/%2e", "/?", "/?a=1", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256"]
      .map((path): Forgery => [`path ${path}`, good, path])
      .filter(([name]) => name !== "path /?"),
    ...["", "{}", `${body} `, '{"MaxResults":2}'].map((text): Forgery => ["body", { ...good, body: text }]),
    // Node's client puts a host that is missing back.
    ...Object.keys(others)
      .filter((name) => name !== "host")
      .map((name): Forgery => [`without ${name}`, without(name)]),
    ["host", withHeaders({ host: "rekognition.us-east-1.amazonaws.com" })],
    ["content type", withHeaders({ "content-type": "application/x-amz-json-1.1; charset=utf-8" })],
    ["target", withHeaders({ "x-amz-target": "RekognitionService.DescribeCollection" })],
    ["date", withHeaders({ "x-amz-date": "20130301T000000Z" })],
    ["body hash", withHeaders({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": "x" })],
    ["session token", withHeaders({ "x-amz-security-token": "token" })],
    ["no authorization", without("authorization")],
    ["region", authorized((header) => header.replace(region, "eu-west-1"))],
    ["service", authorized((header) => header.replace("/rekognition/", "/s3/"))],
    ["terminator", authorized((header) => header.replace("aws4_request", "aws4_reques"))],
    ["scope's date", authorized((header) => header.replace(/\/\d{8}\//, "/20130301/"))],
    ["algorithm", authorized((header) => header.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"))],
    ["no algorithm", authorized((header) => header.replace("AWS4-HMAC-SHA256", "AWS4-"))],
    ["another's key id", authorized((header) => header.replace("Credential=operator", "Credential=reader"))],
    [
      "key id in capitals",
      authorized((header) => header.replace("Credential=operator", "Credential=OPERATOR")),
    ],
    ["no key id", authorized((header) => header.replace("Credential=operator", "Credential="))],
    [
      "key id __proto__",
      authorized((header) => header.replace("Credential=operator", "Credential=__proto__")),
    ],
    ["fewer headers signed", authorized((header) => header.replace("content-type;", ""))],
    ["host not signed", authorized((header) => header.replace(";host", ""))],
    ["no header signed", authorized((header) => header.replace(/SignedHeaders=[^,]+/, "SignedHeaders="))],
    ["headers signed twice", authorized((header) => header.replace("host;", "host;host;"))],
    ["signature in capitals", signedAs(signature.toUpperCase())],
    ["signature cut", signedAs(signature.slice(0, -1))],
    ["signature of 32 digits", signedAs(signature.slice(0, 32))],
    ["signature empty", signedAs("")],
    ["signature of zeros", signedAs("0".repeat(64))],
    ["signature longer", signedAs(`${signature}0`)],
    ["two signatures", signedAs(`${"0".repeat(64)}, Signature=${"1".repeat(64)}`)],
  ];
}

async function wrongKeys(arena: Arena): Promise<Forgery[]> {
  const { accessKeyId, secretAccessKey } = arena.credentials("operator");
  const sign = (key: { accessKeyId: string; secretAccessKey: string }, ofRegion = region) =>
    createSigner({ endpoint: arena.endpoint, region: ofRegion, credentials: key })({ body });
  const secrets = [
    "wrong-secret",
    secretAccessKey.slice(0, -1),
    secretAccessKey.toUpperCase(),
    arena.credentials("reader").secretAccessKey,
  ];
  return [
    ...(await Promise.all(
      secrets.map(
        async (wrong): Promise<Forgery> => ["secret", await sign({ accessKeyId, secretAccessKey: wrong })],
      ),
    )),
    ["unknown key", await sign({ accessKeyId: "AKIDNEVERISSUED", secretAccessKey })],
    ["development key", await sign({ accessKeyId: "cameo", secretAccessKey: "cameo-secret" })],
    ["signed for another region", await sign({ accessKeyId, secretAccessKey }, "eu-west-1")],
  ];
}

/** In order but for their age: what was recorded on the wire is worth nothing a quarter of an hour later. */
async function wrongTimes(arena: Arena): Promise<Forgery[]> {
  const offsets = [-16, -60, -60 * 24 * 365, 16, 60, 60 * 24 * 365];
  return Promise.all(
    offsets.map(
      async (minutes): Promise<Forgery> => [
        `replayed ${minutes} min`,
        await arena.signed({ body, date: new Date(Date.now() + minutes * minute) }),
      ],
    ),
  );
}

/** Signed in the query string, as for S3: by the right key, for a minute and for a week, and with the header too. */
async function inQuery(arena: Arena): Promise<Forgery[]> {
  const { hostname, host } = new URL(arena.endpoint);
  const signer = new SignatureV4({
    credentials: arena.credentials("operator"),
    region,
    service: "rekognition",
    sha256: Sha256,
  });
  const headers = {
    host,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "RekognitionService.ListCollections",
  };
  const presign = async (expiresIn: number): Promise<string> => {
    const { query = {} } = await signer.presign(
      new HttpRequest({ method: "POST", protocol: "http:", hostname, path: "/", headers, body }),
      { expiresIn },
    );
    return `/?${new URLSearchParams(query as Record<string, string>)}`;
  };
  const good = await arena.signed({ body });
  return [
    ["presigned", { method: "POST", headers, body }, await presign(60)],
    ["presigned for a week", { method: "POST", headers, body }, await presign(604_800)],
    ["presigned and signed", good, await presign(60)],
  ];
}

/** One letter or digit of one signed header is another. */
function* flipped(good: RawRequest, seed: number, count: number): Generator<Forgery> {
  const names = Object.keys(good.headers);
  const choices = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.constantFrom(..."abcdefXYZ0123456789"));
  for (const [name, at, by] of fc.sample(choices, { seed, numRuns: count })) {
    const value = good.headers[name] as string;
    const places = [...value.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
    const place = places[at % places.length] as number;
    if (value[place] === by) continue;
    const changed = `${value.slice(0, place)}${by}${value.slice(place + 1)}`;
    yield [`${name}: ${value[place]} for ${by}`, { ...good, headers: { ...good.headers, [name]: changed } }];
  }
}
