/** Names of the classes of such errors; `docs/troubleshooting.md` has an entry for each. */
export const operatorFaults: ReadonlySet<string> = new Set([
  "AuditLogError",
  "ConfigError",
  "DatabaseUnavailableError",
  "FolderInUseError",
  "LicenceNotAcceptedError",
  "ModelsMissingError",
  "TlsFilesError",
  "UnknownModelPackError",
]);

/** Whether an error is the operator's to mend: then its message tells how, and a stack would only hide it. */
export function isOperatorFault(error: unknown): error is Error {
  return error instanceof Error && operatorFaults.has(error.name);
}
