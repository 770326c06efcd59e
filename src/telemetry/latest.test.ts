import { expect, jest, test } from "@jest/globals";
import { Latest } from "./latest.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("tells what it was told last, and asks in the background", async () => {
  const ask = jest.fn<() => Promise<number>>();
  ask.mockResolvedValueOnce(1).mockResolvedValueOnce(2);
  const latest = new Latest(ask, 0);
  expect(latest.read()).toBeUndefined();
  await settled();
  expect(latest.read()).toBe(1);
  await settled();
  expect(latest.read()).toBe(2);
});

test("asks once at a time, and not while the value is young", async () => {
  const ask = jest.fn(async () => 1);
  const young = new Latest(ask, 60_000);
  young.read();
  young.read();
  await settled();
  expect(young.read()).toBe(1);
  expect(ask).toHaveBeenCalledTimes(1);
});

test("keeps the value when asking fails", async () => {
  const ask = jest.fn<() => Promise<number>>();
  ask.mockResolvedValueOnce(1).mockRejectedValueOnce(new Error("down"));
  const latest = new Latest(ask, 0);
  latest.read();
  await settled();
  latest.read();
  await settled();
  expect(latest.read()).toBe(1);
});
