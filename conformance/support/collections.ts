import { randomUUID } from "node:crypto";
import {
  CreateCollectionCommand,
  DeleteCollectionCommand,
  type RekognitionClient,
} from "@aws-sdk/client-rekognition";

/** Makes collections with names of their own, and deletes them all at the end. */
export class TestCollections {
  readonly #client: RekognitionClient;
  readonly #made: string[] = [];

  constructor(client: RekognitionClient) {
    this.#client = client;
  }

  /** A name that no other test uses; what is made under it is deleted by `deleteAll`. */
  newName(): string {
    const name = `cameo-conformance-${randomUUID()}`;
    this.#made.push(name);
    return name;
  }

  /** A new, empty collection. */
  async create(): Promise<string> {
    const CollectionId = this.newName();
    await this.#client.send(new CreateCollectionCommand({ CollectionId }));
    return CollectionId;
  }

  async deleteAll(): Promise<void> {
    for (const CollectionId of this.#made) {
      await this.#client.send(new DeleteCollectionCommand({ CollectionId })).catch((error: Error) => {
        if (error.name !== "ResourceNotFoundException") throw error;
      });
    }
  }
}
