import { connectionFaults, systemErrorCode } from "../system/systemError.ts";

/**
 * PostgreSQL's codes for what passes, as a pattern of SQLSTATE: connection lost (08), a conflict of transactions (40),
 * disk, memory or connections exhausted (53), stopped or cancelled (57), the system below it (58); and a lock that was
 * not had in time, and a standby that is not yet the primary.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passingStates = /^(08|40|53|57|58)[0-9A-Z]{3}$|^55P03$|^25006$/;

/** What the driver says without a code: it has none for its own faults. */
const driverFaults =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|timeout expired|Client has encountered a connection error|Client was closed)/;

/** Whether an error, or what caused it, says that the database cannot be used at the moment: asking again may help. */
export function isOutage(error: unknown): boolean {
  for (let at = error; at !== undefined && at !== null; at = causeOf(at)) {
    const code = systemErrorCode(at);
    if (code !== undefined && (connectionFaults.has(code) || passingStates.test(code))) return true;
    if (code === undefined && driverFaults.test(messageOf(at))) return true;
  }
  return false;
}

function causeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
}
