import type { RawAnswer } from "../../conformance/support/http.ts";
import { type Arena, type KeyName, keyNames, type Outcome, tryAll } from "./arena.ts";

/** Collections that the suite makes: `album-*` are within the rights of the key `album`, the others are not. */
export const collections = ["album-1", "album-2", "private-1"] as const;

const arn = (collection: string) => `arn:aws:rekognition:us-east-1:000000000000:collection/${collection}`;

/** Every operation on a collection, with an input that would do something. */
function operationsOn(CollectionId: string, faceId: string, image: string): readonly [string, object][] {
  const Image = { Bytes: image };
  return [
    ["AssociateFaces", { CollectionId, UserId: "guest", FaceIds: [faceId] }],
    ["CreateUser", { CollectionId, UserId: "intruder" }],
    ["DeleteCollection", { CollectionId }],
    ["DeleteFaces", { CollectionId, FaceIds: [faceId] }],
    ["DeleteUser", { CollectionId, UserId: "guest" }],
    ["DescribeCollection", { CollectionId }],
    ["DisassociateFaces", { CollectionId, UserId: "guest", FaceIds: [faceId] }],
    ["IndexFaces", { CollectionId, Image, ExternalImageId: "intruder" }],
    ["ListFaces", { CollectionId }],
    ["ListTagsForResource", { ResourceArn: arn(CollectionId) }],
    ["ListTagsForResource", { ResourceArn: arn(CollectionId).replace("arn:", "") }],
    ["ListUsers", { CollectionId }],
    ["SearchFaces", { CollectionId, FaceId: faceId }],
    ["SearchFacesByImage", { CollectionId, Image }],
    ["SearchUsers", { CollectionId, UserId: "guest" }],
    ["SearchUsersByImage", { CollectionId, Image }],
    ["TagResource", { ResourceArn: arn(CollectionId), Tags: { by: "intruder" } }],
    ["UntagResource", { ResourceArn: arn(CollectionId), TagKeys: ["of"] }],
  ];
}

const writing = /^(Associate|Create|Delete|Disassociate|Index|Tag|Untag)/;

/** Uses keys outside their rights; the collection that is none of theirs has to be as it was. */
export async function overstepRights(arena: Arena, faceId: string, image: string): Promise<Outcome> {
  const stateOf = async () =>
    (
      await Promise.all([
        arena.call("ListFaces", { CollectionId: "private-1" }),
        arena.call("ListUsers", { CollectionId: "private-1" }),
        arena.call("ListTagsForResource", { ResourceArn: arn("private-1") }),
      ])
    )
      .map(({ text }) => text)
      .join("\n");
  const before = await stateOf();
  const attempt = (operation: string, input: object, key: KeyName) =>
    [
      `${key}: ${operation} ${JSON.stringify(input).slice(0, 80)}`,
      () => arena.call(operation, input, key),
    ] as const;
  const raw = (body: string) =>
    [
      `album: ${body}`,
      async () => arena.send(await arena.signed({ target: "RekognitionService.ListFaces", body }, "album")),
    ] as const;

  const onPrivate = operationsOn("private-1", faceId, image);
  const onAlbum = operationsOn("album-1", faceId, image);
  const outcome = await tryAll([
    ...onPrivate.map(([operation, input]) => attempt(operation, input, "album")),
    ...onPrivate.map(([operation, input]) => attempt(operation, input, "importer")),
    ...onPrivate
      .filter(([name]) => writing.test(name))
      .map(([name, input]) => attempt(name, input, "reader")),
    ...onAlbum
      .filter(([name]) => name !== "IndexFaces")
      .map(([name, input]) => attempt(name, input, "importer")),
    attempt("CreateCollection", { CollectionId: "private-2" }, "album"),
    attempt("CreateCollection", { CollectionId: "album-3" }, "reader"),
    attempt("CreateCollection", { CollectionId: "album-3" }, "importer"),
    attempt("ListCollections", {}, "album"),
    attempt("ListCollections", {}, "importer"),
    attempt("DetectFaces", { Image: { Bytes: image } }, "importer"),
    // Faces of another collection, by way of one's own.
    attempt("SearchFaces", { CollectionId: "album-1", FaceId: faceId }, "album"),
    attempt("SearchUsers", { CollectionId: "album-1", FaceId: faceId }, "album"),
    raw('{"CollectionId":"album-1","CollectionId":"private-1"}'),
    raw('{"CollectionId":"private-\\u0031"}'),
    raw('{"collectionId":"private-1"}'),
    raw('{"__proto__":{"CollectionId":"private-1"}}'),
    raw('{"CollectionId":"album-1/../private-1"}'),
    raw('{"CollectionId":["private-1"]}'),
    raw('{"CollectionId":"album-*"}'),
  ]);
  const letIn = [...outcome.letIn];
  const deletion = await arena.call("DeleteFaces", { CollectionId: "album-1", FaceIds: [faceId] }, "album");
  if ((deletion.json?.DeletedFaces as unknown[] | undefined)?.length !== 0)
    letIn.push("a foreign face is deleted");
  if ((await stateOf()) !== before) letIn.push("private-1 was changed");
  return { ...outcome, tried: outcome.tried + 1, letIn };
}

/** Takes a key away, and uses it. It may be good for as long as the file is not looked at. */
export async function useRetiredKey(arena: Arena): Promise<Outcome> {
  const call = (): Promise<RawAnswer> => arena.call("ListCollections", {}, "retired");
  if ((await call()).status !== 200) throw new Error("A key is refused before it is taken away");
  await arena.keepOnly(keyNames.filter((name) => name !== "retired"));
  const deadline = Date.now() + 5000;
  while ((await call()).status === 200 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return tryAll([["a key that was taken away", call]]);
}
