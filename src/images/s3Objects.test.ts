import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { startS3ServerProcess, testBucket, testCredential } from "../../test/support/s3ServerProcess.ts";
import type { ServerProcess } from "../../test/support/serverProcess.ts";
import { maximumObject, type S3Failure, S3Objects } from "./s3Objects.ts";
import type { S3Settings } from "./s3Settings.ts";

const failures: S3Failure[] = [];
beforeEach(() => {
  failures.length = 0;
});
afterEach(() => {
  jest.restoreAllMocks();
});

function objectsAt(endpoint: string, changes: Partial<S3Settings> = {}): S3Objects {
  const settings: S3Settings = {
    endpoint,
    region: "us-east-1",
    credentials: testCredential,
    forcePathStyle: true,
    buckets: undefined,
    ...changes,
  };
  return new S3Objects(settings, (failure) => failures.push(failure));
}

const unavailable = expect.objectContaining({
  name: "InvalidS3ObjectException",
  message: expect.stringMatching(/^Unable to get object metadata from S3/),
});

describe("S3Objects, on a server of S3's protocol", () => {
  let folder: string;
  let server: ServerProcess;
  let objects: S3Objects;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cameo-s3-"));
    server = await startS3ServerProcess(folder);
    objects = objectsAt(server.endpoint);
    const s3 = new S3({
      endpoint: server.endpoint,
      region: "us-east-1",
      credentials: testCredential,
      forcePathStyle: true,
    });
    const put = (Key: string, Body: Uint8Array) => s3.putObject({ Bucket: testBucket, Key, Body });
    await put(
      "photo",
      Uint8Array.from({ length: 300_000 }, (_, index) => index % 251),
    );
    await put("album 1/Zoë + ?#%.jpg", Uint8Array.of(1, 2, 3));
    await put("empty", new Uint8Array());
    await put("largest", new Uint8Array(maximumObject));
    await put("too-large", new Uint8Array(maximumObject + 1));
    s3.destroy();
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const read = (Name: string, Bucket = testBucket) => objects.read({ Bucket, Name });

  test("gives an object's bytes, in a buffer of their own", async () => {
    const bytes = await read("photo");
    expect(bytes).toEqual(Uint8Array.from({ length: 300_000 }, (_, index) => index % 251));
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  test("takes names of any characters", async () => {
    expect(await read("album 1/Zoë + ?#%.jpg")).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("takes 15 MiB, and no byte more", async () => {
    expect((await read("largest")).length).toBe(15 * 1024 * 1024);
    await expect(read("too-large")).rejects.toMatchObject({ name: "ImageTooLargeException" });
  });

  test("refuses an empty object as no image", async () => {
    await expect(read("empty")).rejects.toMatchObject({ name: "InvalidImageFormatException" });
  });

  test("refuses what does not exist, which is nobody's failure", async () => {
    await expect(read("nothing")).rejects.toEqual(unavailable);
    await expect(read("photo", "no-such-bucket")).rejects.toEqual(unavailable);
    expect(failures).toEqual([]);
  });

  test("reports a key that the server refuses, and does not tell it", async () => {
    const secretAccessKey = "another-secret";
    const strangers = objectsAt(server.endpoint, { credentials: { ...testCredential, secretAccessKey } });
    await expect(strangers.read({ Bucket: testBucket, Name: "photo" })).rejects.toEqual(unavailable);
    expect(failures).toEqual([{ code: expect.any(String), status: 403 }]);
    expect(JSON.stringify(failures)).not.toMatch(/another-secret|cameo-test|photo/);
  });

  test("reads no bucket but those that are named, where some are", async () => {
    const named = objectsAt(server.endpoint, { buckets: [testBucket] });
    expect((await named.read({ Bucket: testBucket, Name: "photo" })).length).toBe(300_000);
    const others = objectsAt(server.endpoint, { buckets: ["another-bucket"] });
    await expect(others.read({ Bucket: testBucket, Name: "photo" })).rejects.toEqual(unavailable);
  });

  test("refuses an object without a bucket or a name", async () => {
    for (const object of [{}, { Bucket: testBucket }, { Name: "photo" }]) {
      await expect(objects.read(object)).rejects.toMatchObject({
        name: "InvalidS3ObjectException",
        message: "Request has invalid S3 object.",
      });
    }
  });

  test("reads many at once", async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => read("photo")));
    expect(all.every(({ length }) => length === 300_000)).toBe(true);
  });
});

describe("S3Objects, on a server that answers as it likes", () => {
  let server: Server;
  let endpoint: string;
  let answer: RequestListener;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    asked.length = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const read = (Version?: string) =>
    objectsAt(endpoint).read({ Bucket: "album", Name: "photo", ...(Version && { Version }) });

  /** Tells one size, and gives a body of another. */
  const give =
    (told: number, given: number): RequestListener =>
    ({ method }, response) => {
      response.setHeader("content-length", method === "HEAD" ? told : given);
      response.end(method === "HEAD" ? undefined : Buffer.alloc(given));
    };

  test("asks for the size, then for the bytes, of the version", async () => {
    answer = give(3, 3);
    expect(await read("3/L4kqtJl+")).toHaveLength(3);
    expect(asked).toEqual([
      "HEAD /album/photo?versionId=3%2FL4kqtJl%2B",
      "GET /album/photo?versionId=3%2FL4kqtJl%2B&x-id=GetObject",
    ]);
  });

  test("does not ask for the bytes of an object that is too large", async () => {
    answer = give(maximumObject + 1, 3);
    await expect(read()).rejects.toMatchObject({ name: "ImageTooLargeException" });
    expect(asked).toEqual(["HEAD /album/photo"]);
  });

  test.each([
    ["longer", 10, 50_000_000],
    ["shorter", 10, 9],
  ])("gives nothing of an object that is %s than was told", async (_, told, given) => {
    answer = give(told, given);
    await expect(read()).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(failures).toEqual([{ code: "Error", status: undefined }]);
  });

  test("gives nothing of an object whose connection breaks", async () => {
    answer = ({ method }, response) => {
      response.setHeader("content-length", 1000);
      if (method === "HEAD") response.end();
      else response.write(Buffer.alloc(500), () => response.destroy());
    };
    const failure = { code: "ECONNRESET", status: undefined };
    await expect(read()).rejects.toMatchObject({ name: "ThrottlingException", cause: failure });
    expect(failures).toEqual([failure]);
  });

  test.each([
    ["no size", 0],
    ["a size, and a body that does not end", 10],
  ])("waits no longer than the deadline for a server that gives %s", async (_, written) => {
    answer = ({ method }, response) => {
      response.setHeader("content-length", 1000);
      if (written === 0) return;
      if (method === "HEAD") response.end();
      else response.write(Buffer.alloc(written));
    };
    const began = performance.now();
    const signal = AbortSignal.timeout(300);
    const timeout = jest.spyOn(AbortSignal, "timeout").mockReturnValue(signal);
    await expect(read()).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(timeout.mock.calls).toEqual([[30_000]]);
    expect(failures).toHaveLength(1);
  });

  test.each([
    [301, "InvalidS3ObjectException", false],
    [400, "InvalidS3ObjectException", false],
    [403, "InvalidS3ObjectException", false],
    [429, "ProvisionedThroughputExceededException", false],
    [500, "ThrottlingException", true],
    [503, "ProvisionedThroughputExceededException", false],
  ])("answers S3's %i by %s; a fault, which has a cause: %s", async (status, name, isFault) => {
    answer = (_request, response) => response.writeHead(status).end();
    const refusal = await read().catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ name });
    expect((refusal as Error).cause).toEqual(isFault ? failures[0] : undefined);
    expect(failures).toEqual([{ code: expect.any(String), status }]);
  });

  test("answers a server that cannot be reached by an error that is tried again", async () => {
    // The port of a server that has ended.
    const ended = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => ended.once("listening", resolve));
    const { port } = ended.address() as AddressInfo;
    await new Promise((resolve) => ended.close(resolve));
    const call = objectsAt(`http://127.0.0.1:${port}`).read({ Bucket: "album", Name: "photo" });
    await expect(call).rejects.toMatchObject({ name: "ThrottlingException", message: "Service Unavailable" });
    // ECONNREFUSED, but for jest: the client takes no error of another realm for one.
    expect(failures).toEqual([{ code: expect.any(String), status: undefined }]);
  });
});
