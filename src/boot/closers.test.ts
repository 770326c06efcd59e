import { expect, test } from "@jest/globals";
import { Closers } from "./closers.ts";

function setUp() {
  const ended: string[] = [];
  const closers = new Closers(["first", "second", "third"]);
  const note = (name: string) => async () => {
    ended.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(`${name} ends`);
  };
  return { ended, closers, note };
}

test("stages end one after the other, whenever they were added", async () => {
  const { ended, closers, note } = setUp();
  closers.add("third", note("c"));
  closers.add("first", note("a"));
  closers.add("second", note("b"));
  await closers.close();
  expect(ended).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("what is of one stage ends at once", async () => {
  const { ended, closers, note } = setUp();
  closers.add("first", note("a"));
  closers.add("first", note("b"));
  await closers.close();
  expect(ended).toEqual(["a begins", "b begins", "a ends", "b ends"]);
});

test("one that fails holds up no other, and is told afterwards", async () => {
  const { ended, closers, note } = setUp();
  closers.add("first", () => Promise.reject(new Error("stuck")));
  closers.add("first", note("a"));
  closers.add("third", note("c"));
  await expect(closers.close()).rejects.toThrow("stuck");
  expect(ended).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

test("several that fail are told together", async () => {
  const { closers } = setUp();
  closers.add("first", () => {
    throw new Error("one");
  });
  closers.add("second", () => Promise.reject(new Error("two")));
  await expect(closers.close()).rejects.toMatchObject({
    errors: [expect.objectContaining({ message: "one" }), expect.objectContaining({ message: "two" })],
  });
});

test("nothing ends twice", async () => {
  const { ended, closers, note } = setUp();
  closers.add("first", note("a"));
  await closers.close();
  await closers.close();
  expect(ended).toHaveLength(2);
});
