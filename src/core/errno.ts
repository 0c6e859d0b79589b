/** The operating system's name of what went wrong, such as `ENOENT`; empty for other errors. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "it does not exist",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  EACCES: "it cannot be read by you",
  EPERM: "it cannot be read by you",
};

/** Why a file could not be read, for a person; `undefined` for what is none of their business. */
export function whyUnreadable(error: unknown): string | undefined {
  return UNREADABLE[errnoOf(error)];
}
