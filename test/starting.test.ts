import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../src/system/packageRoot.ts";

test("SIGTERM ends a service that is still starting, by a listener: the first process of a container has no other end", async () => {
  // Takes a connection and never says a word, as a database that hangs.
  const database = createServer().listen(0, "127.0.0.1");
  await once(database, "listening");
  const { port } = database.address() as AddressInfo;
  const service = spawn(process.execPath, ["dist/src/main.js"], {
    cwd: packageRoot,
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      CAMEO_PORT: "0",
      DATABASE_URL: `postgres://cameo@127.0.0.1:${port}/cameo`,
    },
  });
  try {
    const [connection] = (await once(database, "connection")) as [Socket];
    connection.on("error", () => undefined).resume();
    service.kill("SIGTERM");
    expect(await once(service, "exit")).toEqual([0, null]);
  } finally {
    service.kill("SIGKILL");
    database.close();
  }
});
