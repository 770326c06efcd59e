import type { Services } from "../operations/services.ts";
import { analysisParts, type Recognizer } from "../recognition/contract.ts";
import { countFaces, noteStep, timeStep } from "../telemetry/stopwatch.ts";
import { timeMethods } from "../telemetry/timeMethods.ts";

/** The services, with what takes its time as steps of the request that it is done for. */
export function timeServices(services: Services): Services {
  const { collections, faces, packs, users, vectors } = services;
  return {
    ...services,
    collections: timeMethods(collections, {
      create: "store",
      find: "read",
      list: "read",
      changeTags: "store",
      delete: "store",
    }),
    faces: timeMethods(faces, {
      add: "store",
      list: "read",
      find: "read",
      embeddingOf: "read",
      delete: "store",
    }),
    packs: {
      current: timeRecognizer(packs.current),
      madeCollection: () => packs.madeCollection(),
      of: (collection) => timeRecognizer(packs.of(collection)),
    },
    users: timeMethods(users, {
      create: "store",
      delete: "store",
      list: "read",
      embeddingOf: "read",
      associate: "store",
      disassociate: "store",
    }),
    vectors: {
      search: (collection, query) => {
        countFaces("searched", collection.faceCount);
        return timeStep("search", () => vectors.search(collection, query));
      },
      searchUsers: (collection, query) => {
        countFaces("searched", collection.userCount);
        return timeStep("search", () => vectors.searchUsers(collection, query));
      },
    },
  };
}

function timeRecognizer(recognizer: Recognizer): Recognizer {
  return {
    pack: recognizer.pack,
    analyze: (bytes, request) =>
      timeStep("recognize", async () => {
        const start = performance.now();
        const image = await recognizer.analyze(bytes, request);
        // Faces take turns in the thread; what they took together is told one after the other.
        let at = start;
        for (const part of ["queue", ...analysisParts] as const) {
          const duration = image.timings[part];
          // What was remembered, or not asked for, took no step.
          if (duration <= 0) continue;
          noteStep(part, at, duration);
          at += duration;
        }
        countFaces("found", image.faces.length);
        return image;
      }),
    load: () => recognizer.load(),
    check: () => recognizer.check(),
    close: () => recognizer.close(),
  };
}
