import { type ServerProcess, startServerProcess } from "./serverProcess.ts";

/** Entries of the service: with the model packs of the manifest, or with drawn faces. */
const entries = {
  trained: "dist/src/main.js",
  "drawn-faces": "dist/test/support/drawnFacesService.js",
} as const;

/** Which models a service runs. */
export type Models = keyof typeof entries;

/** How to start a service. */
export interface ServiceOptions {
  readonly models: Models;
  /** Environment variables beside the process's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Hears each line of the service's log. */
  readonly onLine?: (line: string) => void;
}

/** A service in a process of its own. */
export type ServiceProcess = ServerProcess;

/**
 * Starts the compiled service on a free port and waits until it answers.
 *
 * @throws with what the service printed, when it ends instead.
 */
export function startServiceProcess({ models, env, onLine }: ServiceOptions): Promise<ServiceProcess> {
  return startServerProcess({
    command: [entries[models]],
    env: {
      // As operators start it: `npm start`, the image, the systemd unit.
      MALLOC_ARENA_MAX: "2",
      CAMEO_PORT: "0",
      ...(models === "drawn-faces" && { CAMEO_MODEL_PACK: "drawn-faces" }),
      ...env,
      CAMEO_LOG_LEVEL: "info",
    },
    announcement: /Cameo answers at (https?:\S+?)"/,
    onLine,
  });
}
