import { expect, test } from "@jest/globals";
import { formOf } from "./jsonForm.ts";

test("the form of a JSON text tells its numbers apart, and keeps the order of members", () => {
  const form = formOf(
    '{"b":1.0,"a":-2,"s":"3.5, \\"4\\"","n":null,"t":true,"l":[1,2.5,3],"e":[],"x":1.5E-4}',
  );
  expect(JSON.stringify(form)).toBe(
    '{"b":"float","a":"integer","s":"string","n":"null","t":"boolean","l":["integer","float"],"e":[],"x":"float"}',
  );
});
