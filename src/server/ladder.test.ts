import { describe, expect, jest, test } from "@jest/globals";
import pino from "pino";
import {
  AwsError,
  collectionNotFound,
  invalidSignature,
  notAuthorized,
  provisionedRateExceeded,
} from "../../protocol/errors.ts";
import type { Operation } from "../operations/operation.ts";
import type { OperationTable } from "../operations/registry.ts";
import { countFaces, noteStep, timeStep } from "../telemetry/stopwatch.ts";
import { createLadder, type LadderParts, type WireRequest } from "./ladder.ts";
import { logRequests } from "./requestLog.ts";

const imageBytes = "bm90IHRvIGJlIGxvZ2dlZA==";
const signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

/** A request that passes every step. */
const request: WireRequest = {
  requestId: "7d3c1c2a-2e0f-4c55-9f3a-c9a3c1c7e2b1",
  method: "POST",
  path: "/",
  query: "",
  rawHeaders: ["authorization", `AWS4-HMAC-SHA256 Signature=${signature}`],
  target: "RekognitionService.DetectFaces",
  body: Buffer.from(`{"Image":{"Bytes":"${imageBytes}"}}`),
};

const logref = "0f5f9a3e-4b3a-4f8e-8f5e-0a2f3f3d9c11";

/** A ladder with a log that is kept; its one operation gives what `operate` gives. */
function setUp({ operate, ...parts }: Partial<LadderParts> & { operate?: () => Promise<object> } = {}) {
  const lines: Record<string, unknown>[] = [];
  const detectFaces = jest.fn<Operation<object, object>>(operate ?? (async () => ({ FaceDetails: [] })));
  const operations: OperationTable = { DetectFaces: detectFaces };
  const answer = createLadder({
    operations,
    verifySignature: async () => ({ accessKeyId: "AKIDEXAMPLE", name: "shop", rights: {} }),
    countCall: () => {},
    authorize: () => {},
    collectionNamed: () => undefined,
    newId: () => logref,
    observe: logRequests(
      pino({ base: null, level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) }),
    ),
    ...parts,
  });
  return { answer, detectFaces, lines };
}

const body = (text: string) => ({ body: Buffer.from(text) });

describe("a request that is in order", () => {
  test("is told with the collection that it names, also when its caller may not reach it", async () => {
    const observe = jest.fn<LadderParts["observe"]>();
    const collectionNamed = () => "album-1";
    await setUp({ observe, collectionNamed }).answer(request);
    const authorize = () => {
      throw notAuthorized("user", "DetectFaces", undefined);
    };
    await setUp({ observe, collectionNamed, authorize }).answer(request);
    expect(observe.mock.calls.map(([{ collectionId, error }]) => [collectionId, error?.name])).toEqual([
      ["album-1", undefined],
      ["album-1", "AccessDeniedException"],
    ]);
  });

  test("reaches its operation read, and is answered 200", async () => {
    const { answer, detectFaces } = setUp();
    expect(await answer(request)).toEqual({ status: 200, body: '{"FaceDetails":[]}' });
    expect(detectFaces).toHaveBeenCalledWith({
      Image: { Bytes: expect.objectContaining({ length: 16 }) },
    });
  });

  test("is one line of the log: who, what, how it ended and how long each step took", async () => {
    const { answer, lines } = setUp();
    await answer(request);
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        requestId: request.requestId,
        operation: "DetectFaces",
        accessKeyId: "AKIDEXAMPLE",
        status: 200,
        ms: {
          total: expect.any(Number),
          parse: expect.any(Number),
          authenticate: expect.any(Number),
          validate: expect.any(Number),
          operate: expect.any(Number),
          serialize: expect.any(Number),
        },
      },
    ]);
  });
});

describe("what the operation does", () => {
  test("is told in the same line, by step, with the faces that it saw", async () => {
    const { answer, lines } = setUp({
      operate: async () => {
        await timeStep("recognize", async () => noteStep("decode", 0, 12));
        countFaces("found", 2);
        return { FaceDetails: [] };
      },
    });
    await answer(request);
    expect(lines).toMatchObject([
      { ms: { operate: expect.any(Number), recognize: expect.any(Number), decode: 12 }, faces: { found: 2 } },
    ]);
  });
});

describe("the order of the steps", () => {
  /** From the last step to the first: each fault is told although all those before it in the list are there too. */
  const faults: readonly [name: string, parts: Partial<LadderParts>, change: Partial<WireRequest>][] = [
    ["ResourceNotFoundException", {}, {}],
    ["ValidationException", {}, body('{"Image":{"Bytes":""}}')],
    [
      "AccessDeniedException",
      {
        authorize: (_, operation) => {
          throw notAuthorized("arn:aws:iam::000000000000:user/shop", operation, undefined);
        },
      },
      {},
    ],
    ["SerializationException", {}, body('{"Image":7}')],
    [
      "ProvisionedThroughputExceededException",
      {
        countCall: () => {
          throw provisionedRateExceeded();
        },
      },
      {},
    ],
    ["UnknownOperationException", { operations: {} }, {}],
    [
      "InvalidSignatureException",
      {
        verifySignature: async () => {
          throw invalidSignature("The request signature we calculated does not match");
        },
      },
      {},
    ],
    ["UnknownOperationException", {}, { target: "RekognitionService.NoSuchOperation" }],
    ["SerializationException", {}, body("{")],
  ];

  test.each(faults.map(([name], index) => [index, name] as const))("step %d: %s", async (index, name) => {
    const present = faults.slice(0, index + 1);
    const operate = async () => {
      throw collectionNotFound("party");
    };
    const { answer } = setUp({ operate, ...Object.assign({}, ...present.map(([, parts]) => parts)) });
    const { status, body: text } = await answer(
      Object.assign({}, request, ...present.map(([, , change]) => change)),
    );
    expect(status).toBe(400);
    expect(JSON.parse(text)).toHaveProperty("__type", name);
  });

  test("nothing is done for a caller who is not known", async () => {
    const { answer, detectFaces, lines } = setUp({
      verifySignature: async () => {
        throw invalidSignature("no");
      },
    });
    await answer(request);
    expect(detectFaces).not.toHaveBeenCalled();
    expect(lines[0]).toMatchObject({
      status: 400,
      error: "InvalidSignatureException",
      operation: "DetectFaces",
    });
    expect(lines[0]).not.toHaveProperty("accessKeyId");
  });

  test("an operation that is known and not offered says so", async () => {
    const { answer } = setUp();
    const { body: text } = await answer({ ...request, target: "RekognitionService.DetectLabels" });
    expect(JSON.parse(text)).toEqual({
      __type: "UnknownOperationException",
      message: "DetectLabels is not offered by this endpoint.",
    });
  });
});

describe("errors", () => {
  test("an AWS error passes as it is, and is no error of the log", async () => {
    const { answer, lines } = setUp({
      operate: async () => {
        throw collectionNotFound("party");
      },
    });
    const { status, body: text } = await answer(request);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      __type: "ResourceNotFoundException",
      Code: "ResourceNotFoundException",
      Logref: logref,
      Message: "The collection id: party does not exist",
    });
    expect(lines).toEqual([expect.objectContaining({ level: 30, error: "ResourceNotFoundException" })]);
  });

  test("an unknown fault is an InternalServerError that tells nothing of its cause; the log tells it", async () => {
    const { answer, lines } = setUp({
      operate: async () => {
        throw new TypeError("relation faces does not exist");
      },
    });
    const { status, body: text } = await answer(request);
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      __type: "InternalServerError",
      Code: "InternalServerError",
      Logref: logref,
      Message: "Internal server error",
    });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 50,
        requestId: request.requestId,
        operation: "DetectFaces",
        status: 500,
        err: expect.objectContaining({
          type: "TypeError",
          message: "relation faces does not exist",
          stack: expect.stringContaining("ladder.test"),
        }),
      }),
    ]);
  });

  test("an output that cannot be written is an InternalServerError", async () => {
    const { answer, lines } = setUp({
      operate: async () => ({ FaceDetails: [{ Confidence: Number.NaN }] }),
    });
    expect((await answer(request)).status).toBe(500);
    expect(lines).toEqual([expect.objectContaining({ level: 50 })]);
  });

  test.each<[string, () => Promise<object>]>([
    ["answers", async () => ({ FaceDetails: [] })],
    [
      "refuses",
      () => Promise.reject(new AwsError("InvalidImageFormatException", "Request has invalid image format")),
    ],
    ["breaks", () => Promise.reject(new Error("broken"))],
  ])(
    "nothing of the image, its header or its signature is in the log when an operation %s",
    async (_, operate) => {
      const { answer, lines } = setUp({ operate });
      await answer(request);
      const text = JSON.stringify(lines);
      expect(text).toContain(request.requestId);
      expect(text).not.toContain(imageBytes);
      expect(text).not.toContain("not to be logged");
      expect(text).not.toContain([...Buffer.from(imageBytes, "base64")].slice(0, 4).join());
      expect(text).not.toContain(signature);
    },
  );

  test("nor when its JSON is broken", async () => {
    const { answer, lines } = setUp();
    await answer({ ...request, ...body(`{"Image":{"Bytes":"${imageBytes}"`) });
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain(imageBytes.slice(0, 8));
  });
});
