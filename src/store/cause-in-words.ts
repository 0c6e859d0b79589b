const CAUSE_LENGTH_MAX = 300;

/**
 * The first line of what a driver or a database says, for a message that has no better words: nothing
 * else shows a cause to people. `secrets` are left out of it, whoever put them there.
 */
export function causeInWords(cause: unknown, secrets: readonly string[] = []): string {
  const { message, name } = cause instanceof Error ? cause : new Error(String(cause));
  const told = secrets
    .filter((secret) => secret !== "")
    .reduce((text, secret) => text.replaceAll(secret, "…"), message);
  const line = told.trim().split(/\r?\n/, 1)[0]?.replace(/\.$/, "") ?? "";
  if (line === "") return name;
  return line.length > CAUSE_LENGTH_MAX ? `${line.slice(0, CAUSE_LENGTH_MAX)}…` : line;
}
