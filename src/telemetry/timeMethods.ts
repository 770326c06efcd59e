import { type StepName, timeStep } from "./stopwatch.ts";

type Methods<T> = {
  readonly [K in keyof T]?: T[K] extends (...parameters: never[]) => unknown ? StepName : never;
};

/** The same object, with methods that are steps of the request that calls them. */
export function timeMethods<T extends object>(object: T, steps: Methods<T>): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      const step = steps[key as keyof T];
      // Bound, because private fields are the target's and not the proxy's.
      if (step === undefined) return value.bind(target);
      return (...parameters: unknown[]) => timeStep(step, () => value.apply(target, parameters));
    },
  });
}
