import { randomInt, randomUUID } from "node:crypto";
import path from "node:path";
import {
  AssociateFacesCommand,
  CreateCollectionCommand,
  CreateUserCommand,
  DeleteFacesCommand,
  DisassociateFacesCommand,
  IndexFacesCommand,
  type RekognitionClient,
  SearchFacesByImageCommand,
  SearchUsersByImageCommand,
} from "@aws-sdk/client-rekognition";
import { type ServiceProcess, startServiceProcess } from "../../test/support/serviceProcess.ts";
import { clientOf, kindOf, pause, portraitOf, type Tally } from "./load.ts";
import { BreakablePostgres } from "./postgres.ts";
import type { FaultRow } from "./rows.ts";

type Engine = "memory" | "pgvector";

/** A server that requests go to while it is there. */
interface Member {
  readonly service: ServiceProcess;
  readonly client: RekognitionClient;
}

/** What was answered of a person; what is in work is neither here nor gone. */
type State = "indexed" | "deleted" | "unknown";

interface Person {
  readonly image: Uint8Array;
  state: State;
  faceId: string;
}

const CollectionId = "several-servers";

/** Programs that send at a time. */
const lanes = 6;

export function serverLostName(engine: Engine): string {
  return `one of three servers is killed (kill -9), another is added: CAMEO_VECTOR_INDEX=${engine}`;
}

/**
 * Three servers on one database under mixed load; one is killed, then one is added. Each answer of a search is held
 * against what had been answered before the search was sent, by whichever server.
 *
 * @param folder that all may enter.
 * @param seconds the load lasts.
 */
export async function serverLost(engine: Engine, folder: string, seconds: number): Promise<FaultRow> {
  const postgres = await BreakablePostgres.start(path.join(folder, "postgres"));
  const members: Member[] = [];
  const started: ServiceProcess[] = [];
  const join = async () => {
    const service = await startServiceProcess({
      models: "drawn-faces",
      env: {
        DATABASE_URL: postgres.url,
        CAMEO_MODELS_DIR: path.join(folder, `models-${started.length}`),
        CAMEO_VECTOR_INDEX: engine,
        CAMEO_WORKERS: "1",
        // Each search is to be answered by the index.
        CAMEO_SEARCH_CACHE_SECONDS: "0",
      },
    });
    started.push(service);
    members.push({ service, client: clientOf(service.endpoint) });
  };
  try {
    for (let count = 0; count < 3; count++) await join();
    const traffic = new Traffic(members);
    await traffic.begin();
    const end = performance.now() + 1000 * seconds;
    const work = Promise.all(Array.from({ length: lanes }, (_, lane) => traffic.run(lane, end)));
    await pause((1000 * seconds) / 3);
    await members[0]?.service.stop("SIGKILL");
    const killedAt = performance.now();
    while (traffic.lastAnswered < killedAt) await pause(1);
    const recovery = (performance.now() - killedAt) / 1000;
    // Until it is taken out, requests go to it too.
    await pause((1000 * seconds) / 10);
    members.shift();
    await pause((1000 * seconds) / 10);
    await join();
    await work;
    const { faces, lost, doubled } = await traffic.findAll();
    const failures = [...(lost + doubled > 0 ? ["faces are not as answered"] : []), ...traffic.tally.wrong];
    return {
      name: serverLostName(engine),
      database: "PostgreSQL",
      tally: traffic.tally,
      verdict: { faces, lost, doubled },
      recovery,
      ...(failures.length > 0 && { failure: failures.slice(0, 3).join("; ") }),
    };
  } finally {
    for (const service of started) await service.stop("SIGKILL");
    await postgres.destroy();
  }
}

class Traffic {
  readonly tally: Tally = { sent: 0, answered: 0, failed: new Map(), wrong: [] };
  lastAnswered = 0;
  readonly #members: readonly Member[];
  readonly #people: Person[] = [];

  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  async begin(): Promise<void> {
    await this.#send((client) => client.send(new CreateCollectionCommand({ CollectionId })));
  }

  /** Indexes, searches, deletes and makes users, until the time is over. */
  async run(lane: number, end: number): Promise<void> {
    for (let turn = 0; performance.now() < end; turn++) {
      await this.#index(`${lane}.${turn}`);
      for (let search = 0; search < 3; search++) {
        const one = this.#people[randomInt(this.#people.length)];
        if (one !== undefined) await this.#search(one);
      }
      if (turn % 3 === 1) await this.#delete();
      if (turn % 4 === 2) await this.#user();
    }
  }

  /** Has each server find every face that was answered, and none that was deleted. */
  async findAll(): Promise<{ readonly faces: number; readonly lost: number; readonly doubled: number }> {
    const faces = this.#people.filter(({ state }) => state === "indexed").length;
    const outcome = { faces, lost: 0, doubled: 0 };
    for (const { client } of this.#members) {
      for (const { image, faceId, state } of this.#people) {
        if (state === "unknown") continue;
        const found = await findFaces(client, image);
        if (found.includes(faceId) !== (state === "indexed")) outcome.lost++;
        if (found.length > 1) outcome.doubled++;
      }
    }
    return outcome;
  }

  async #index(identity: string): Promise<void> {
    const image = portraitOf(identity);
    const faceId = await this.#send(async (client) => {
      const { FaceRecords } = await client.send(
        new IndexFacesCommand({ CollectionId, ExternalImageId: identity, Image: { Bytes: image } }),
      );
      return FaceRecords?.[0]?.Face?.FaceId ?? "";
    });
    this.#people.push({ image, faceId, state: "indexed" });
  }

  async #search(person: Person): Promise<void> {
    const { state, faceId } = person;
    if (state === "unknown") return;
    const found = await this.#send((client) => findFaces(client, person.image));
    // Someone may have begun to delete it meanwhile.
    if (person.state !== state) return;
    if (found.includes(faceId) !== (state === "indexed")) {
      this.tally.wrong.push(
        `a search ${state === "indexed" ? "misses" : "returns"} a face that was ${state}`,
      );
    }
  }

  async #delete(): Promise<void> {
    const person = this.#choose();
    if (person === undefined) return;
    person.state = "unknown";
    await this.#send((client) =>
      client.send(new DeleteFacesCommand({ CollectionId, FaceIds: [person.faceId] })),
    );
    person.state = "deleted";
  }

  /** Makes a user of a face, has any server find it, and takes the face from it again. */
  async #user(): Promise<void> {
    const person = this.#choose();
    if (person === undefined) return;
    // Nobody else may delete the face meanwhile.
    person.state = "unknown";
    const UserId = randomUUID();
    const FaceIds = [person.faceId];
    const isThere = (error: unknown) => {
      if (kindOf(error) !== "ConflictException") throw error;
    };
    await this.#send((client) =>
      client.send(new CreateUserCommand({ CollectionId, UserId })).then(() => undefined, isThere),
    );
    await this.#send((client) => client.send(new AssociateFacesCommand({ CollectionId, UserId, FaceIds })));
    const users = await this.#send(async (client) => {
      const { UserMatches = [] } = await client.send(
        new SearchUsersByImageCommand({
          CollectionId,
          Image: { Bytes: person.image },
          UserMatchThreshold: 99,
        }),
      );
      return UserMatches.map(({ User }) => User?.UserId);
    });
    if (!users.includes(UserId)) this.tally.wrong.push("a search misses a user that was answered");
    await this.#send((client) =>
      client.send(new DisassociateFacesCommand({ CollectionId, UserId, FaceIds })),
    );
    person.state = "indexed";
  }

  #choose(): Person | undefined {
    const indexed = this.#people.filter(({ state }) => state === "indexed");
    return indexed.length === 0 ? undefined : indexed[randomInt(indexed.length)];
  }

  /** Sends to a server by chance, and again until it is answered. */
  async #send<Answer>(work: (client: RekognitionClient) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const { client } = this.#members[randomInt(this.#members.length)] as Member;
      const sentAt = performance.now();
      this.tally.sent++;
      try {
        const answer = await work(client);
        this.tally.answered++;
        this.lastAnswered = Math.max(this.lastAnswered, sentAt);
        return answer;
      } catch (error) {
        const kind = kindOf(error);
        this.tally.failed.set(kind, (this.tally.failed.get(kind) ?? 0) + 1);
        await pause(20);
      }
    }
  }
}

async function findFaces(client: RekognitionClient, image: Uint8Array): Promise<(string | undefined)[]> {
  const { FaceMatches = [] } = await client.send(
    new SearchFacesByImageCommand({ CollectionId, Image: { Bytes: image }, FaceMatchThreshold: 99 }),
  );
  return FaceMatches.map(({ Face }) => Face?.FaceId);
}
