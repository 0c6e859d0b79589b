export const CONNECT_TIMEOUT_MS = 10_000;
/** Longer than any lock is waited for; what takes longer has lost its server. */
export const ANSWER_TIMEOUT_MS = 60_000;
/** Statements kept prepared on the server; bounded because lists of ids have many lengths. */
export const STATEMENTS_MAX = 300;

const GOODBYE_TIMEOUT_MS = 1_000;

/** Says good-bye, or cuts the connection: a server that does not answer any more does not say it either. */
export async function part(goodbye: Promise<unknown>, cut: () => void): Promise<void> {
  const giveUp = setTimeout(cut, GOODBYE_TIMEOUT_MS);
  await goodbye.catch(cut);
  clearTimeout(giveUp);
}
