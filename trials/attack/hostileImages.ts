import type { errorModels } from "../../protocol/errors.ts";
import { type Arena, isFault, type Outcome } from "./arena.ts";
import type { HostileFile } from "./hostileFiles.ts";

/** How an image may be refused; what can be decoded after all is answered. */
const refusals = [
  "InvalidImageFormatException",
  "ImageTooLargeException",
  "InvalidParameterException",
  "ValidationException",
  "ThrottlingException",
] as const satisfies readonly (keyof typeof errorModels)[];

const lanes = 8;

/** Sends files as images, to the operations in turn; each is answered, with a success or one of AWS's refusals. */
export async function sendHostileImages(arena: Arena, files: readonly HostileFile[]): Promise<Outcome> {
  const broken: string[] = [];
  const queue = files.entries();
  const lane = async () => {
    for (const [index, { name, bytes }] of queue) {
      try {
        const answer = await arena.call(...callWith(index, Buffer.from(bytes).toString("base64")));
        const type = String(answer.json?.__type ?? "");
        if (isFault(answer) || (answer.status !== 200 && !refusals.some((refusal) => refusal === type))) {
          broken.push(`${name}: ${answer.status} ${answer.text.slice(0, 200)}`);
        }
      } catch (error) {
        broken.push(`${name}: no answer: ${error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { tried: files.length, letIn: [], broken };
}

function callWith(index: number, bytes: string): [operation: string, input: object] {
  const Image = { Bytes: bytes };
  const calls: [string, object][] = [
    ["DetectFaces", { Image, Attributes: ["ALL"] }],
    ["IndexFaces", { CollectionId: "album-2", Image }],
    ["SearchFacesByImage", { CollectionId: "album-1", Image }],
    ["CompareFaces", { SourceImage: Image, TargetImage: Image }],
  ];
  return calls[index % calls.length] as [string, object];
}
