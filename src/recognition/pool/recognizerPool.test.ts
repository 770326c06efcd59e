import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { drawPhoto, type PhotoPlan } from "../../../test/support/drawnFaces/drawPhoto.ts";
import { smallEmbeddingLength } from "../../../test/support/drawnFaces/models.ts";
import { makeDrawnFacesPack, makeDrawnFacesPacks } from "../../../test/support/drawnFaces/pack.ts";
import type { EmbedderModel } from "../../packs/pack.ts";
import { preparePack } from "../../packs/prepare.ts";
import { type AnalyzedFace, type AnalyzeRequest, ImageError, RecognizerBusyError } from "../contract.ts";
import { intersectionOverUnion } from "../geometry.ts";
import type { PreparedPack } from "../models.ts";
import { cosine } from "../similarity.ts";
import { type PoolSettings, RecognizerPool } from "./recognizerPool.ts";

let folder: string;
let prepared: PreparedPack;
const report = { progress: () => undefined, ready: () => undefined, warn: () => undefined };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "recognizer-pool-"));
  prepared = await preparePack(await makeDrawnFacesPack(folder), { modelsDir: folder, mirrors: [], report });
});

afterAll(() => rm(folder, { recursive: true }));

const searching: AnalyzeRequest = { urgency: "interactive", embedLargest: 1 };
const importing: AnalyzeRequest = { urgency: "bulk", embedLargest: 100 };

describe("with the compiled worker", () => {
  let pool: RecognizerPool;
  const settings: PoolSettings = {
    threads: 1,
    queueLimit: 10,
    worker: new URL("../../../dist/src/recognition/pool/worker.js", import.meta.url),
    onThreadError: () => undefined,
  };

  beforeAll(() => {
    pool = new RecognizerPool(prepared, settings);
  });

  afterAll(() => pool.close());

  const couple: PhotoPlan = {
    width: 600,
    height: 400,
    faces: [
      { identity: "Ada", x: 140, y: 200, size: 90 },
      { identity: "Grace", x: 420, y: 200, size: 150, rotation: 20 },
    ],
  };

  const bytesOf = (plan: PhotoPlan) => Uint8Array.from(drawPhoto(plan).bytes);

  function embeddingOf(face: AnalyzedFace | undefined): Float32Array {
    if (face?.embedding === undefined) throw new Error("The face has no embedding");
    return face.embedding;
  }

  test("the nets run", async () => {
    await expect(pool.check()).resolves.toBeUndefined();
  });

  test("finds all faces, the largest first, where they were drawn", async () => {
    const { width, height, faces } = await pool.analyze(bytesOf(couple), searching);
    expect({ width, height }).toEqual({ width: 600, height: 400 });
    expect(faces).toHaveLength(2);
    const drawn = drawPhoto(couple).faces.toReversed();
    for (const [index, { box, confidence, points }] of faces.entries()) {
      const truth = drawn[index];
      if (truth === undefined) throw new Error("More faces than were drawn");
      const { left, top } = truth.box;
      const trueBox = {
        left: left / width,
        top: top / height,
        width: truth.box.width / width,
        height: truth.box.height / height,
      };
      expect(intersectionOverUnion(box, trueBox)).toBeGreaterThan(0.5);
      expect(points.nose.x).toBeCloseTo(truth.points.nose.x / width, 1);
      expect(points.nose.y).toBeCloseTo(truth.points.nose.y / height, 1);
      expect(confidence).toBeGreaterThan(60);
      expect(confidence).toBeLessThanOrEqual(100);
    }
    expect(faces[1]?.pose.roll).toBeCloseTo(0, -1);
    expect(faces[0]?.pose.roll).toBeCloseTo(20, -1);
  });

  test("embeds as many as are asked for, and only those that meet the requirements", async () => {
    const embedded = async (request: AnalyzeRequest) =>
      (await pool.analyze(bytesOf(couple), request)).faces.map(({ embedding }) => embedding !== undefined);
    expect(await embedded({ urgency: "bulk", embedLargest: 0 })).toEqual([false, false]);
    expect(await embedded(searching)).toEqual([true, false]);
    expect(await embedded(importing)).toEqual([true, true]);
    const rightHalf = { left: 0.5, top: 0, width: 0.5, height: 1 };
    expect(await embedded({ ...importing, embedOverlapping: [rightHalf] })).toEqual([true, false]);
    expect(await embedded({ ...importing, embedOverlapping: [] })).toEqual([false, false]);
    expect(await embedded({ ...searching, leaveOutRest: true })).toEqual([true]);
    const leftHalf = { left: 0, top: 0, width: 0.5, height: 1 };
    const smaller = { ...searching, embedOverlapping: [leftHalf], leaveOutRest: true };
    expect(await embedded(smaller)).toEqual([false, true]);
    const requirements = { confidence: 0, brightness: 0, sharpness: 0, turn: 90, boxSide: 120 };
    const { faces } = await pool.analyze(bytesOf(couple), { ...importing, requirements });
    expect(faces.map(({ embedding }) => embedding?.length)).toEqual([256, undefined]);
    expect(faces.map(({ shortcomings }) => shortcomings)).toEqual([[], ["boxSide"]]);
  });

  test("tells how long each part took, and parts that were not done as none", async () => {
    const { timings } = await pool.analyze(bytesOf(couple), importing);
    expect(Object.keys(timings).sort()).toEqual(["attributes", "decode", "detect", "embed", "queue"]);
    for (const duration of Object.values(timings)) expect(duration).toBeGreaterThan(0);
    const none = await pool.analyze(bytesOf(couple), { ...importing, embedLargest: 0 });
    expect(none.timings.embed).toBe(0);
  });

  test("knows a person again on another picture, and tells two apart", async () => {
    const [grace, ada] = (await pool.analyze(bytesOf(couple), importing)).faces.map(embeddingOf);
    const again = await pool.analyze(
      bytesOf({ width: 300, height: 300, faces: [{ identity: "Ada", x: 150, y: 150, size: 200 }] }),
      searching,
    );
    const probe = embeddingOf(again.faces[0]);
    if (ada === undefined || grace === undefined) throw new Error("Two faces were drawn");
    expect(cosine(probe, probe)).toBeCloseTo(1, 5);
    expect(cosine(probe, ada)).toBeGreaterThan(0.8);
    expect(cosine(probe, grace)).toBeLessThan(0.4);
  });

  test("puts the embeddings of several nets one behind the other, each as long as the root of its share", async () => {
    const [drawnFaces, smaller] = await makeDrawnFacesPacks(folder);
    const [standard, small] = [drawnFaces?.embedders[0], smaller?.embedders[0]];
    if (!drawnFaces || !standard || !small) throw new Error("There are packs of two embedders");
    const weighed = (share: number, { model, settings }: EmbedderModel): EmbedderModel => ({
      model,
      settings: { ...settings, share, averagesMirror: share > 0.5 },
    });
    const pack = { ...drawnFaces, embedders: [weighed(0.8, standard), weighed(0.2, small)] };
    const fused = new RecognizerPool(
      await preparePack(pack, { modelsDir: folder, mirrors: [], report }),
      settings,
    );
    try {
      const image = await fused.analyze(bytesOf(couple), searching);
      const alone = await pool.analyze(bytesOf(couple), searching);
      const embedding = embeddingOf(image.faces[0]);
      expect(embedding).toHaveLength(256 + smallEmbeddingLength);
      const [first, second] = [embedding.slice(0, 256), embedding.slice(256)];
      expect(cosine(first, first)).toBeCloseTo(0.8, 5);
      expect(cosine(second, second)).toBeCloseTo(0.2, 5);
      expect(cosine(first, embeddingOf(alone.faces[0]))).toBeCloseTo(Math.sqrt(0.8), 5);
    } finally {
      await fused.close();
    }
  });

  test.each([
    ["unknown-format", Uint8Array.from(Buffer.from("no picture"))],
    ["undecodable", bytesOf(couple).slice(0, 4000)],
    ["too-small", bytesOf({ width: 79, height: 200, faces: [] })],
  ])("a fault of the image comes back as an ImageError: %s", async (fault, bytes) => {
    const error: unknown = await pool.analyze(bytes, searching).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ImageError);
    expect(error).toMatchObject({ fault });
  });

  test("takes bytes that are a part of a buffer, and leaves them alone", async () => {
    const photo = drawPhoto(couple).bytes;
    const buffer = new Uint8Array(photo.length + 20).fill(7);
    buffer.set(photo, 10);
    const before = buffer.slice();
    const { faces } = await pool.analyze(buffer.subarray(10, 10 + photo.length), searching);
    expect(faces).toHaveLength(2);
    expect(buffer).toEqual(before);
  });
});

/**
 * A worker without nets, that does what the bytes say: `hold` and `fail` take a moment and end well or badly,
 * `die` ends the thread, `die once` does so the first time, anything else is answered at once with an image as wide as
 * there are bytes.
 */
const scriptedWorker = `
  import { existsSync, writeFileSync } from "node:fs";
  export default async function work(task) {
    if ("check" in task) return { checked: true };
    const died = new URL("died", import.meta.url);
    const order = new TextDecoder().decode(task.bytes);
    if (order === "hold") await new Promise((resolve) => setTimeout(resolve, 1000));
    if (order === "fail") return { failure: new TypeError("broken") };
    if (order === "die") process.exit(3);
    if (order === "die once" && !existsSync(died)) {
      writeFileSync(died, "");
      process.exit(3);
    }
    return { image: { width: task.bytes.length, height: 0, faces: [], timings: {} }, work: 0 };
  }`;

describe("with scripted workers", () => {
  const bytes = (order: string) => new Uint8Array(new TextEncoder().encode(order));
  const opened: RecognizerPool[] = [];

  async function openPool(script: string, settings: Partial<PoolSettings> = {}): Promise<RecognizerPool> {
    const file = path.join(folder, `worker-${opened.length}.mjs`);
    await writeFile(file, script);
    const worker = pathToFileURL(file);
    const onThreadError = () => undefined;
    const pool = new RecognizerPool(prepared, {
      threads: 1,
      queueLimit: 10,
      worker,
      onThreadError,
      ...settings,
    });
    opened.push(pool);
    return pool;
  }

  afterEach(() => Promise.all(opened.map((pool) => pool.close())));

  test("a person waits neither for what an import has in work nor for what waits with it", async () => {
    const pool = await openPool(scriptedWorker);
    await pool.check();
    const done: string[] = [];
    const send = async (name: string, request: AnalyzeRequest) => {
      await pool.analyze(bytes(name), request);
      done.push(name);
    };
    await Promise.all([
      send("hold", importing),
      send("import 1", importing),
      send("import 2", importing),
      send("search 1", searching),
      send("search 2", searching),
    ]);
    expect(done).toEqual(["search 1", "search 2", "hold", "import 1", "import 2"]);
  });

  test.each<[string, AnalyzeRequest, AnalyzeRequest]>([
    ["of an import", importing, searching],
    ["of searches", searching, importing],
  ])(
    "refuses images %s beyond those that may wait, takes others meanwhile, and them again afterwards",
    async (_of, full, other) => {
      const pool = await openPool(scriptedWorker, { queueLimit: 2 });
      await pool.check();
      const taken = ["hold", "a", "b"].map((order) => pool.analyze(bytes(order), full));
      await expect(pool.analyze(bytes("c"), full)).rejects.toBeInstanceOf(RecognizerBusyError);
      await expect(pool.analyze(bytes("c"), other)).resolves.toMatchObject({ width: 1 });
      expect((await Promise.all(taken)).map(({ width }) => width)).toEqual([4, 1, 1]);
      await expect(pool.analyze(bytes("c"), full)).resolves.toMatchObject({ width: 1 });
    },
  );

  test("tells how many images wait, by their urgency, and how many threads work", async () => {
    const pool = await openPool(scriptedWorker, { threads: 2 });
    await pool.check();
    const idle = { threads: 2, expectedThreads: 2, queueLimit: 10, busy: 0, lost: 0, waiting: 0 };
    const noThreads = { ...idle, threads: 0, expectedThreads: 0 };
    expect(pool.load()).toEqual({ interactive: idle, bulk: noThreads });
    const sent = ["hold", "hold", "a"].map((order) => pool.analyze(bytes(order), searching));
    sent.push(pool.analyze(bytes("b"), importing));
    expect(pool.load()).toEqual({
      interactive: { ...idle, busy: 2, waiting: 1 },
      bulk: { ...noThreads, threads: 1, busy: 1 },
    });
    await Promise.all(sent);
    expect(pool.load()).toEqual({ interactive: idle, bulk: { ...noThreads, threads: 1 } });
  });

  test("uses as many threads as it is given", async () => {
    const pool = await openPool(scriptedWorker, { threads: 2 });
    await pool.check();
    const done: string[] = [];
    const send = async (name: string) => {
      await pool.analyze(bytes(name), importing);
      done.push(name);
    };
    await Promise.all([send("hold"), send("beside")]);
    expect(done).toEqual(["beside", "hold"]);
  });

  test("what goes wrong in a thread is told to the caller, and the thread lives on", async () => {
    const pool = await openPool(scriptedWorker);
    await expect(pool.analyze(bytes("fail"), searching)).rejects.toThrow("broken");
    await expect(pool.check()).resolves.toBeUndefined();
    expect(pool.load().interactive.lost).toBe(0);
  });

  test("a thread that dies is replaced, and its image is done by another", async () => {
    const pool = await openPool(scriptedWorker);
    await pool.check();
    await expect(pool.analyze(bytes("die once"), searching)).resolves.toMatchObject({ width: 8 });
    expect(pool.load().interactive).toMatchObject({ threads: 1, lost: 1 });
  });

  test("an image that two threads die of fails, those that wait do not", async () => {
    const pool = await openPool(scriptedWorker);
    await pool.check();
    const [died, waited] = await Promise.allSettled([
      pool.analyze(bytes("die"), searching),
      pool.analyze(bytes("next"), searching),
    ]);
    expect(died).toMatchObject({ status: "rejected" });
    expect(waited).toMatchObject({ status: "fulfilled", value: { width: 4 } });
    await expect(pool.check()).resolves.toBeUndefined();
    expect(pool.load().interactive).toMatchObject({ threads: 1, lost: 2 });
  });

  const onLinux = process.platform === "linux" ? test : test.skip;
  onLinux("threads for imports give way to all others", async () => {
    const niceThreads = async () => {
      const threads = await readdir("/proc/self/task");
      const stats = await Promise.all(
        threads.map((thread) => readFile(`/proc/self/task/${thread}/stat`, "utf8").catch(() => "")),
      );
      // Nice is the 19th field; the second, in brackets, may hold blanks.
      return stats.filter((stat) => Number(stat.split(") ")[1]?.split(" ")[16]) > 0).length;
    };
    const pool = new RecognizerPool(prepared, {
      threads: 1,
      queueLimit: 10,
      worker: new URL("../../../dist/src/recognition/pool/worker.js", import.meta.url),
      onThreadError: () => undefined,
    });
    opened.push(pool);
    await pool.check();
    expect(await niceThreads()).toBe(0);
    await pool.analyze(bytes("no picture"), importing).catch(() => undefined);
    expect(await niceThreads()).toBeGreaterThan(0);
  });

  test("threads that cannot start fail the check and are reported, without ending the process", async () => {
    let hear: PoolSettings["onThreadError"] = () => undefined;
    const heard = new Promise<Error>((resolve) => {
      hear = resolve;
    });
    const pool = await openPool('throw new Error("no such net");', { threads: 2, onThreadError: hear });
    await expect(heard).resolves.toMatchObject({ message: "no such net" });
    await expect(pool.check()).rejects.toThrow("no such net");
  });

  test("closing waits for the image in work", async () => {
    const pool = await openPool(scriptedWorker);
    await pool.check();
    const inWork = pool.analyze(bytes("hold"), searching);
    await pool.close();
    await expect(inWork).resolves.toMatchObject({ width: 4 });
  });
});
