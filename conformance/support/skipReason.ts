/** The title of a test that is skipped, with the reason why. */
export function skippedTitle(title: string, reason: string): string {
  return `${title} (skipped: ${reason})`;
}

/** Splits a title into what the test is about and why it is skipped, if it is. */
export function splitTitle(title: string): { readonly subject: string; readonly reason?: string } {
  const [, subject, reason] = /^(.*) \(skipped: (.*)\)$/s.exec(title) ?? [];
  return subject === undefined || reason === undefined ? { subject: title } : { subject, reason };
}
