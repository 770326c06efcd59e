import { type Arena, type Outcome, tryAll } from "./arena.ts";

const page = { MaxResults: 1 };

/** Uses page tokens where they were not given, and made-up ones. */
export async function abusePageTokens(arena: Arena): Promise<Outcome> {
  const tokenOf = async (operation: string, input: object): Promise<string> => {
    const { json, text } = await arena.call(operation, { ...input, ...page });
    if (typeof json?.NextToken !== "string") throw new Error(`${operation} gives no token: ${text}`);
    return json.NextToken;
  };
  const tokens = {
    "ListFaces private-1": await tokenOf("ListFaces", { CollectionId: "private-1" }),
    "ListUsers private-1": await tokenOf("ListUsers", { CollectionId: "private-1" }),
    ListCollections: await tokenOf("ListCollections", {}),
  };
  const own = await tokenOf("ListFaces", { CollectionId: "album-1" });
  const use = (name: string, operation: string, input: object, NextToken: string) =>
    [
      `${name} for ${operation}`,
      () =>
        arena.call(
          operation,
          { ...input, ...page, NextToken },
          operation === "ListCollections" ? "reader" : "album",
        ),
    ] as const;
  const album = { CollectionId: "album-1" };
  const changed = [...Buffer.from(own, "base64").keys()].map((at) => {
    const bytes = Buffer.from(own, "base64");
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes.toString("base64");
  });
  const madeUp = ["", "AAAA", "x".repeat(255), Buffer.from("album-1").toString("base64"), own.slice(0, 16)];
  return tryAll([
    ...Object.entries(tokens).flatMap(([name, token]) => [
      use(name, "ListFaces", album, token),
      use(name, "ListUsers", album, token),
      ...(name === "ListCollections" ? [] : [use(name, "ListCollections", {}, token)]),
    ]),
    use("ListFaces album-1", "ListFaces", { CollectionId: "album-2" }, own),
    use("ListFaces album-1", "ListUsers", album, own),
    ...changed.map((token) => use("a changed one", "ListFaces", album, token)),
    ...madeUp.map((token) => use("a made-up one", "ListFaces", album, token)),
  ]);
}
