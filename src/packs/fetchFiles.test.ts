import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { zipSync } from "fflate";
import { type FetchResult, fetchFiles } from "./fetchFiles.ts";
import type { ModelFile, ModelSource } from "./pack.ts";

const content = Buffer.from("the weights of a net, as their publisher offers them");

const file: ModelFile = {
  path: "zoo/net/weights.bin",
  bytes: content.length,
  sha256: createHash("sha256").update(content).digest("hex"),
  sources: [],
};

let folder: string;
let modelsDir: string;
let kept: string;
let server: Server;
let address: string;
/** How the server answers, by path; 404 for others. */
let routes: Record<string, RequestListener>;
let requests: string[];
let warnings: string[];
let ready: string[];
let progress: number[];

const whole: RequestListener = (_request, response) => void response.end(content);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fetch-file-"));
  modelsDir = path.join(folder, "models");
  kept = path.join(modelsDir, "zoo", "net", "weights.bin");
  routes = {};
  [requests, warnings, ready, progress] = [[], [], [], []];
  server = createServer((request, response) => {
    const { url = "" } = request;
    requests.push(url);
    const route = routes[url] ?? ((_, missing) => void missing.writeHead(404).end("not found"));
    route(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function fetchFrom(mirrors: string[], sources: ModelSource[] = []): Promise<FetchResult> {
  const report = {
    progress: (_: ModelFile, received: number) => void progress.push(received),
    ready: (_: ModelFile, place: string) => void ready.push(place),
    warn: (message: string) => void warnings.push(message),
  };
  const [result] = await fetchFiles([{ ...file, sources }], { modelsDir, mirrors, report });
  if (result === undefined) throw new Error("Something became of the file");
  return result;
}

async function put(target: string, bytes: Uint8Array = content): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, bytes);
}

function bytesOf(result: FetchResult): Buffer {
  if ("bytes" in result) return Buffer.from(result.bytes);
  throw new Error(`Not found: ${JSON.stringify(result.tried)}`);
}

function reasonsOf(result: FetchResult): string[] {
  if ("tried" in result) return result.tried.map(({ reason }) => reason);
  throw new Error("The file was found");
}

/** Names of all files that lie in the models folder. */
async function filesKept(): Promise<string[]> {
  const entries = await readdir(modelsDir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("places", () => {
  test("the models folder serves without anyone being asked", async () => {
    await put(kept);
    expect(bytesOf(await fetchFrom([address], [`${address}/weights.bin`]))).toEqual(content);
    expect(requests).toEqual([]);
    expect(ready).toEqual([kept]);
  });

  test("a folder as mirror serves, and the file is kept", async () => {
    const mirror = path.join(folder, "mirror");
    const mirrored = path.join(mirror, "zoo", "net", "weights.bin");
    await put(mirrored);
    expect(bytesOf(await fetchFrom([mirror]))).toEqual(content);
    expect(ready).toEqual([mirrored]);
    expect(await readFile(kept)).toEqual(content);
    expect(warnings).toEqual([]);
  });

  test.each(["", "/", "//"])("an address as mirror serves: ends with %j", async (end) => {
    routes["/models/zoo/net/weights.bin"] = whole;
    expect(bytesOf(await fetchFrom([`${address}/models${end}`]))).toEqual(content);
    expect(await readFile(kept)).toEqual(content);
  });

  test("publishers are asked last, and all at once", async () => {
    const heldBack: (() => void)[] = [];
    routes["/first"] = (_, response) => void heldBack.push(() => response.writeHead(404).end());
    routes["/second"] = (_, response) => {
      response.end(content);
      for (const answer of heldBack) answer();
    };
    const result = await fetchFrom(
      [path.join(folder, "nowhere"), address],
      [`${address}/first`, `${address}/second`],
    );
    expect(bytesOf(result)).toEqual(content);
    expect(requests[0]).toBe("/zoo/net/weights.bin");
    expect(requests.slice(1).sort()).toEqual(["/first", "/second"]);
    expect(ready).toEqual([`${address}/second`]);
  });

  test("a publisher's zip archive serves the file that lies in it", async () => {
    routes["/pack.zip"] = (_, response) =>
      void response.end(zipSync({ "other.bin": content, "w.bin": content }));
    const archive = `${address}/pack.zip`;
    const result = await fetchFrom(
      [],
      [
        { archive, member: "missing.bin" },
        { archive, member: "w.bin" },
      ],
    );
    expect(bytesOf(result)).toEqual(content);
    expect(ready).toEqual([`w.bin in ${archive}`]);
    expect(await readFile(kept)).toEqual(content);
  });

  test("of several publishers that answer the first in order serves", async () => {
    routes["/first"] = (_, response) => void setTimeout(() => response.end(content), 50);
    routes["/second"] = whole;
    await fetchFrom([], [`${address}/first`, `${address}/second`]);
    expect(ready).toEqual([`${address}/first`]);
  });

  test("what was fetched once is not fetched again", async () => {
    routes["/weights"] = whole;
    await fetchFrom([], [`${address}/weights`]);
    await fetchFrom([], [`${address}/weights`]);
    expect(requests).toEqual(["/weights"]);
  });

  test("tells how a transfer goes", async () => {
    routes["/weights"] = (_request, response) => {
      response.write(content.subarray(0, 10));
      setTimeout(() => response.end(content.subarray(10)), 20);
    };
    await fetchFrom([], [`${address}/weights`]);
    expect(progress).toEqual([10, content.length]);
  });
});

describe("what is not the file", () => {
  const changed = Buffer.from(content).fill("?", 0, 1);

  test.each<[string, RequestListener, RegExp]>([
    ["not there", (_, response) => void response.writeHead(404).end(), /^HTTP 404$/],
    ["broken", (_, response) => void response.writeHead(500).end(content), /^HTTP 500$/],
    ["too short", (_, response) => void response.end(content.subarray(1)), /^51 bytes instead of 52$/],
    [
      "too long",
      (_, response) => void response.end(`${content} and more`),
      /^more than the expected 52 bytes$/,
    ],
    [
      "other bytes",
      (_, response) => void response.end(changed),
      /^SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}$/,
    ],
    [
      "broken off",
      (_, response) => {
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 10), () => response.destroy());
      },
      /terminated/,
    ],
    ["hung up", (_, response) => void response.destroy(), /^fetch failed: /],
  ])("from a server is passed over: %s", async (_, answer, reason) => {
    routes["/weights"] = answer;
    const [absent, told] = reasonsOf(await fetchFrom([], [`${address}/weights`]));
    expect(absent).toBe("not there");
    expect(told).toMatch(reason);
    expect(await filesKept()).toEqual([]);
    routes["/good"] = whole;
    expect(bytesOf(await fetchFrom([], [`${address}/weights`, `${address}/good`]))).toEqual(content);
  });

  describe("and silence", () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] });
    });

    afterEach(() => {
      jest.useRealTimers();
    });

    const silent = { ready: () => undefined, warn: () => undefined };

    /** Fetches from one server, with a hand in what happens as pieces come in. */
    async function fetchHearing(heard: (received: number) => void): Promise<FetchResult> {
      const report = { progress: (_: ModelFile, received: number) => heard(received), ...silent };
      const places = { modelsDir, mirrors: [], report };
      const [result] = await fetchFiles([{ ...file, sources: [`${address}/weights`] }], places);
      if (result === undefined) throw new Error("Something became of the file");
      return result;
    }

    test("a server that does not answer is left after five seconds", async () => {
      routes["/weights"] = () => void setImmediate(() => jest.advanceTimersByTime(5_000));
      expect(reasonsOf(await fetchFrom([], [`${address}/weights`]))).toEqual([
        "not there",
        "no answer within 5 s",
      ]);
    });

    test("a mirror that gave no answer is not asked again", async () => {
      let asked = 0;
      routes["/zoo/net/weights.bin"] = () => {
        asked += 1;
        setImmediate(() => jest.advanceTimersByTime(5_000));
      };
      const places = {
        modelsDir,
        mirrors: [address],
        unanswering: new Set<string>(),
        report: { progress: () => undefined, ...silent },
      };
      const [first] = await fetchFiles([{ ...file, sources: [] }], places);
      const [second] = await fetchFiles([{ ...file, sources: [] }], places);
      expect(first && reasonsOf(first)).toEqual(["not there", "no answer within 5 s"]);
      expect(second && reasonsOf(second)).toEqual(["not there", "it gave no answer before"]);
      expect(asked).toBe(1);
    });

    test("many that do not answer cost no more than one", async () => {
      let asked = 0;
      const hangs: RequestListener = () => {
        asked += 1;
        if (asked === 4) setImmediate(() => jest.advanceTimersByTime(5_000));
      };
      const paths = ["/a", "/b", "/c", "/d"];
      for (const path of paths) routes[path] = hangs;
      const files = ["x", "y"].map((name, index) => ({
        ...file,
        path: name,
        sources: paths.slice(2 * index, 2 * index + 2).map((path) => `${address}${path}`),
      }));
      const report = { progress: () => undefined, ...silent };
      const results = await fetchFiles(files, { modelsDir, mirrors: [], report });
      for (const result of results) {
        expect(reasonsOf(result)).toEqual(["not there", "no answer within 5 s", "no answer within 5 s"]);
      }
    });

    test("a server that falls silent is left after half a minute", async () => {
      routes["/weights"] = (_request, response) => void response.write(content.subarray(0, 10));
      const result = await fetchHearing(() => setImmediate(() => jest.advanceTimersByTime(30_000)));
      expect(reasonsOf(result)).toEqual(["not there", "silent for 30 s"]);
    });

    test("a server that is slow, but never silent for as long, is heard to the end", async () => {
      let next: () => void = () => undefined;
      routes["/weights"] = (_request, response) => {
        let sent = 0;
        next = () => {
          response.write(content.subarray(sent, sent + 13));
          sent += 13;
          if (sent === content.length) response.end();
        };
        next();
      };
      const result = await fetchHearing(() =>
        setImmediate(() => {
          jest.advanceTimersByTime(20_000);
          next();
        }),
      );
      expect(bytesOf(result)).toEqual(content);
    });
  });

  test.each([
    ["damaged", changed],
    ["cut short", content.subarray(0, 5)],
    ["empty", Buffer.alloc(0)],
  ])("in the models folder is told and fetched again: %s", async (_, bytes) => {
    await put(kept, bytes);
    routes["/weights"] = whole;
    expect(bytesOf(await fetchFrom([], [`${address}/weights`]))).toEqual(content);
    expect(await readFile(kept)).toEqual(content);
    expect(warnings).toEqual([expect.stringContaining(kept)]);
  });

  test("in the models folder stays as it is when nothing better can be had", async () => {
    await put(kept, changed);
    expect(reasonsOf(await fetchFrom([]))).toEqual([expect.stringMatching(/^SHA-256 /)]);
    expect(await readFile(kept)).toEqual(changed);
  });

  test("names every place with its reason", async () => {
    const result = await fetchFrom([path.join(folder, "nowhere"), address], ["http://127.0.0.1:1/weights"]);
    expect(result).toMatchObject({
      tried: [
        { place: modelsDir, reason: "not there" },
        { place: path.join(folder, "nowhere"), reason: "not there" },
        { place: address, reason: "HTTP 404" },
        { place: "127.0.0.1:1", reason: expect.stringMatching(/^fetch failed/) },
      ],
    });
  });
});

describe("keeping", () => {
  test("leaves nothing but the file", async () => {
    routes["/weights"] = whole;
    await fetchFrom([], [`${address}/weights`]);
    expect(await filesKept()).toEqual(["weights.bin"]);
  });

  test("a models folder that cannot be written to is told, and the file serves all the same", async () => {
    await writeFile(modelsDir, "a file where the folder should be");
    routes["/weights"] = whole;
    expect(bytesOf(await fetchFrom([], [`${address}/weights`]))).toEqual(content);
    expect(warnings.at(-1)).toMatch(/could not be kept .* fetched again at the next start$/);
  });

  test("a name that cannot be taken leaves no partial file behind", async () => {
    await mkdir(path.join(kept, "a folder under the file's name"), { recursive: true });
    routes["/weights"] = whole;
    expect(bytesOf(await fetchFrom([], [`${address}/weights`]))).toEqual(content);
    expect((await stat(kept)).isDirectory()).toBe(true);
    expect(await filesKept()).toEqual([]);
    expect(warnings.at(-1)).toContain("could not be kept");
  });

  test("two that fetch at once both end with the whole file", async () => {
    routes["/weights"] = whole;
    const results = await Promise.all([1, 2].map(() => fetchFrom([], [`${address}/weights`])));
    expect(results.map(bytesOf)).toEqual([content, content]);
    expect(await readFile(kept)).toEqual(content);
    expect(await filesKept()).toEqual(["weights.bin"]);
  });
});
