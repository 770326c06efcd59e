import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { serviceUnavailable } from "../../protocol/errors.ts";
import { followKeyFile, KeyRing } from "../access/keyRing.ts";
import { createApp } from "../server/app.ts";
import type { AuditLog } from "../server/auditLog.ts";
import { BodyMemory } from "../server/bodyMemory.ts";
import type { ConnectionLoad } from "../server/connectionCount.ts";
import { drainable } from "../server/drain.ts";
import type { WireAnswer, WireRequest } from "../server/ladder.ts";
import { createListener } from "../server/listener.ts";
import { NotOpenError, Readiness, type ReadinessCheck } from "../server/readiness.ts";
import { logRequests } from "../server/requestLog.ts";
import type { RequestObserver } from "../telemetry/answeredRequest.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import type { RunningServices } from "./openServices.ts";

/** The stages in which the service ends: nobody new, then what was asked, then what that needed, then who is told. */
export const endingStages = ["listeners", "connections", "services", "telemetry"] as const;

export type ServiceClosers = Closers<(typeof endingStages)[number]>;

type Answer = (request: WireRequest) => Promise<WireAnswer>;

/**
 * What stands before the services: it listens, answers probes, and turns calls away with a ThrottlingException until it
 * is given what answers them.
 */
export class Front {
  readonly keyRing: KeyRing;
  readonly bodyMemory: BodyMemory;
  readonly readiness: Readiness;
  readonly connections: () => ConnectionLoad;
  readonly #server: Server;
  readonly #config: Config;
  readonly #log: Logger;
  readonly #closers: ServiceClosers;
  readonly #observers: RequestObserver[];
  #checks: Readonly<Record<keyof RunningServices["checks"], ReadinessCheck>> = {
    database: notOpen,
    models: notOpen,
  };
  #answer: Answer = () => Promise.reject(serviceUnavailable());

  constructor(config: Config, log: Logger, audit: AuditLog | undefined, closers: ServiceClosers) {
    this.#config = config;
    this.#log = log;
    this.#closers = closers;
    this.#observers = [logRequests(log)];
    this.readiness = new Readiness(
      {
        database: () => this.#checks.database(),
        models: () => this.#checks.models(),
        ...(audit !== undefined && { auditLog: async () => audit.flush() }),
      },
      (check, error) => log.warn({ check, err: error }, "not ready"),
    );
    this.keyRing = new KeyRing(config.accessKeys);
    if (config.accessKeyFile !== undefined) {
      closers.add("connections", followKeyFile(this.keyRing, config.accessKeyFile, log));
    }
    const refusal = { newId: randomUUID, observe: this.observe };
    this.bodyMemory = new BodyMemory(config.bodyMemory * 1024 * 1024);
    const app = createApp({
      answer: (request) => this.#answer(request),
      readiness: this.readiness,
      bodyMemory: this.bodyMemory,
      isKnownKey: (accessKeyId) => this.keyRing.find(accessKeyId) !== undefined,
      ...refusal,
    });
    const { server, connections, release } = createListener(app, config, refusal, log);
    this.#server = server;
    this.connections = connections;
    closers.add("connections", release);
  }

  /** Tells everybody who wants to hear of a request that was answered. */
  readonly observe: RequestObserver = (request) => {
    for (const observeOne of this.#observers) observeOne(request);
  };

  /** Has another hear of requests that are answered. */
  addObserver(observer: RequestObserver): void {
    this.#observers.push(observer);
  }

  /** Takes connections from now on. @returns the endpoint. */
  listen(): Promise<string> {
    return this.listenWith(this.#server, this.#config.host, this.#config.port);
  }

  /** Has a server take connections; it is drained with the service. @returns the endpoint. */
  async listenWith(server: Server, host: string, port: number): Promise<string> {
    const drain = drainable(server);
    const endpoint = await listen(server, host, port);
    this.#closers.add("listeners", async () => {
      const left = await drain(1000 * this.#config.drainTimeout);
      if (left > 0) {
        this.#log.warn({ requests: left }, "ended with requests in work: CAMEO_DRAIN_TIMEOUT was over");
      }
    });
    return endpoint;
  }

  /** Tells readiness why the database cannot be opened yet. */
  waitForDatabase(error: Error): void {
    this.#checks = { ...this.#checks, database: () => Promise.reject(error) };
  }

  /** Has readiness ask the services from now on. */
  look({ checks, facts }: Pick<RunningServices, "checks" | "facts">): void {
    this.#checks = checks;
    this.readiness.tell(facts);
  }

  /** Lets calls through to what answers them. */
  open(answer: Answer): void {
    this.#answer = answer;
  }
}

function notOpen(): Promise<never> {
  return Promise.reject(new NotOpenError("opening"));
}

/** @returns the endpoint. */
function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const scheme = server instanceof https.Server ? "https" : "http";
      resolve(endpointOf(scheme, server.address() as AddressInfo));
    });
  });
}

function endpointOf(scheme: string, { address, family, port }: AddressInfo): string {
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
