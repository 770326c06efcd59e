import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CommandAbortedError, UsageError } from "../command.ts";
import { openBucket } from "./bucket.ts";

const keys = ["2026/party/", "2026/party/1.jpg", "2026/party/late/Zoë 2.JPG", "2026/party/list.txt"];

describe("openBucket", () => {
  let server: Server;
  let env: Readonly<Record<string, string>>;
  const asked: URLSearchParams[] = [];

  beforeAll(async () => {
    // Of S3's protocol what is asked for here: ListObjectsV2 with two keys a page, and GetObject.
    server = createServer(({ url = "" }, response) => {
      const { pathname, searchParams } = new URL(url, "http://bucket");
      if (searchParams.get("list-type") !== "2") return response.end(decodeURIComponent(pathname));
      if (!pathname.startsWith("/albums")) {
        return response.writeHead(404).end("<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>");
      }
      asked.push(searchParams);
      const from = Number(searchParams.get("continuation-token"));
      const contents = keys
        .slice(from, from + 2)
        .map((key) => `<Contents><Key>${key}</Key><ETag>"${key.length}"</ETag><Size>7</Size></Contents>`);
      const next = from === 0 ? "<NextContinuationToken>2</NextContinuationToken>" : "";
      response.end(`<ListBucketResult>${contents.join("")}${next}</ListBucketResult>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    env = {
      CAMEO_S3_CREDENTIALS: "cameo-test:cameo-test-secret",
      CAMEO_S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      CAMEO_S3_FORCE_PATH_STYLE: "true",
    };
  });
  afterAll(() => void server.close());

  test("finds the photos under a prefix, over all pages, by their paths below it", async () => {
    const { photos, leftOut } = await openBucket("s3://albums/2026/party", env);
    expect(photos.map(({ path, stamp }) => ({ path, stamp }))).toEqual([
      { path: "1.jpg", stamp: '7-"16"' },
      { path: "late/Zoë 2.JPG", stamp: '7-"25"' },
    ]);
    expect(leftOut).toBe(1);
    // With the slash, so that an album is not another's whose name begins the same.
    expect(asked.map((query) => query.get("prefix"))).toEqual(["2026/party/", "2026/party/"]);
    expect(Buffer.from((await photos[1]?.read()) ?? []).toString()).toBe("/albums/2026/party/late/Zoë 2.JPG");
  });

  test("tells why a bucket cannot be listed", async () => {
    await expect(openBucket("s3://none/party", env)).rejects.toThrow(
      new CommandAbortedError("s3://none/party cannot be listed: NoSuchBucket: none"),
    );
  });

  test("wants the name of a bucket", async () => {
    await expect(openBucket("s3://", env)).rejects.toBeInstanceOf(UsageError);
  });
});
