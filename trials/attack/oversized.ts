import { type Arena, type Outcome, tryAll } from "./arena.ts";

const mebibyte = 1024 * 1024;

/** Requests that are right in their form and too large in every part; those with a body are signed. */
export async function sendOversized(arena: Arena): Promise<Outcome> {
  const target = "RekognitionService.ListFaces";
  const bodies: Readonly<Record<string, string | Uint8Array>> = {
    "a body over the limit": Buffer.alloc(33 * mebibyte, " "),
    "32 MiB of brackets": "[".repeat(32 * mebibyte),
    "a million objects deep": '{"a":'.repeat(1_000_000),
    "99,000 objects deep": `${'{"a":'.repeat(99_000 / 2)}0${"}".repeat(99_000 / 2)}`,
    "90,000 members": `{${Array.from({ length: 45_000 }, (_, index) => `"${index}":0`).join()}}`,
    "a name of 30 MiB": `{"CollectionId":"${"a".repeat(30 * mebibyte)}"}`,
    "a member's name of 30 MiB": `{"${"a".repeat(30 * mebibyte)}":0}`,
    "a number of a million digits": `{"CollectionId":"album-1","MaxResults":${"9".repeat(1_000_000)}}`,
    "a number beyond all": '{"CollectionId":"album-1","MaxResults":1e400}',
    "a token of 20 MiB": `{"CollectionId":"album-1","NextToken":"${"A".repeat(20 * mebibyte)}"}`,
    "50,000 face ids": JSON.stringify({ CollectionId: "album-1", FaceIds: Array(50_000).fill("a") }),
    "an image of 20 MiB": `{"CollectionId":"album-1","MaxResults":-1,"Image":{"Bytes":"${"A".repeat(20 * mebibyte)}"}}`,
  };
  const good = await arena.signed({ target, body: '{"CollectionId":"album-1"}' });
  const withHeaders = (headers: Readonly<Record<string, string>>) => ({
    ...good,
    headers: { ...good.headers, ...headers },
  });
  return tryAll([
    ...Object.entries(bodies).map(
      ([name, body]) => [name, async () => arena.send(await arena.signed({ target, body }))] as const,
    ),
    ["a header of 64 KiB", () => arena.send(withHeaders({ "x-long": "a".repeat(65_536) }))],
    [
      "3,000 headers",
      () =>
        arena.send(
          withHeaders(Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x-${index}`, "0"]))),
        ),
    ],
    ["a path of 64 KiB", () => arena.send(good, `/${"a".repeat(65_536)}`)],
    ["a query of 15 KiB", () => arena.send(good, `/?${"a=1&".repeat(3500)}`)],
    [
      "an authorization of 15 KiB",
      () => arena.send(withHeaders({ authorization: `AWS4-HMAC-SHA256 ${"Credential=a,".repeat(1100)}` })),
    ],
  ]);
}
