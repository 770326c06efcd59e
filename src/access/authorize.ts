import { type Account, collectionArn, collectionIdOf } from "../../protocol/arn.ts";
import { notAuthorized } from "../../protocol/errors.ts";
import type { OperationName } from "../../protocol/model.generated.ts";
import type { Structure } from "../../protocol/shape.ts";
import type { KeyHolder, Rights } from "./accessKeys.ts";

/** Decides whether a caller may do an operation with what its input names. */
export type Authorize = (caller: KeyHolder, operation: OperationName, input: Structure) => void;

/** What an operation concerns, as far as rights go. */
interface Resource {
  readonly arn: string;
  /** Absent when the ARN names no collection of this account. */
  readonly collectionId: string | undefined;
}

/**
 * Makes the function that keeps callers within their rights. It throws AccessDeniedException.
 *
 * Rights over some collections concern the operations that name one; ListCollections names all of them, so that it
 * takes the right over `*`, as at AWS. CompareFaces and DetectFaces touch no collection.
 */
export function createAuthorizer(account: Account): Authorize {
  return ({ name, rights }, operation, input) => {
    const resource = resourceOf(account, input);
    if (mayCall(rights, operation) && mayReach(rights, operation, resource)) return;
    throw notAuthorized(`arn:aws:iam::${account.accountId}:user/${name}`, operation, resource?.arn);
  };
}

/** The CollectionId that an input names, by itself or in an ARN; undefined where it names none. */
export function collectionNamed(account: Account, input: Structure): string | undefined {
  return resourceOf(account, input)?.collectionId;
}

function mayCall({ operations }: Rights, operation: OperationName): boolean {
  return operations === undefined || operations.has(operation);
}

function mayReach(
  { collections }: Rights,
  operation: OperationName,
  resource: Resource | undefined,
): boolean {
  if (collections === undefined || collections.includes("*")) return true;
  if (resource === undefined) return operation !== "ListCollections";
  const { collectionId } = resource;
  return collectionId !== undefined && collections.some((pattern) => matches(pattern, collectionId));
}

function matches(pattern: string, collectionId: string): boolean {
  return pattern.endsWith("*") ? collectionId.startsWith(pattern.slice(0, -1)) : collectionId === pattern;
}

function resourceOf(account: Account, { CollectionId, ResourceArn }: Structure): Resource | undefined {
  if (typeof CollectionId === "string") {
    return { arn: collectionArn(account, CollectionId), collectionId: CollectionId };
  }
  if (typeof ResourceArn !== "string") return undefined;
  return { arn: ResourceArn, collectionId: collectionIdOf(account, ResourceArn) };
}
