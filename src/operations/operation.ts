import type { Services } from "./services.ts";

/** An input whose members `K` the service model requires: validation has seen to it that they are there. */
export type Checked<Input, K extends keyof Input> = Omit<Input, K> & {
  readonly [P in K]-?: NonNullable<Input[P]>;
};

/**
 * An operation with its services at hand. Its input has been read and validated by the service model before;
 * its output is a value of the model's output shape.
 */
export type Operation<Input extends object, Output extends object> = (input: Input) => Promise<Output>;

/** Makes an operation from the services that it names. */
export type OperationFactory<Needs extends keyof Services, Input extends object, Output extends object> = (
  services: Pick<Services, Needs>,
) => Operation<Input, Output>;
