import { fieldsIn, textIn, type Fields } from "../../json-fields.ts";
import { ServerError, type Server } from "./rpc.ts";

export type ThreadOptions = {
  readonly model: string | undefined;
  readonly resumeId: string | undefined;
  /** Whether the configuration of Codex says what it may do. */
  readonly hasOwnSandbox: boolean;
};

/** Begins a thread, or goes on with one; its id. One that is not there is begun anew, as by `exec`. */
export async function openThread(
  server: Server,
  cwd: string,
  { model, resumeId, hasOwnSandbox }: ThreadOptions,
): Promise<string> {
  const settings = {
    cwd,
    // Nobody is there to be asked.
    approvalPolicy: "never",
    ...(hasOwnSandbox ? {} : { sandbox: "danger-full-access" }),
    ...(model === undefined ? {} : { model }),
  };
  const resumed =
    resumeId === undefined
      ? undefined
      : await server
          .request("thread/resume", { threadId: resumeId, excludeTurns: true, ...settings })
          .catch(unlessGone);
  const answer: Fields = resumed ?? (await server.request("thread/start", settings));
  const threadId = textIn(fieldsIn(answer, "thread"), "id");
  if (threadId === undefined) throw new ServerError("Codex named no thread.");
  return threadId;
}

function unlessGone(error: unknown): undefined {
  const isGone = error instanceof ServerError && /no rollout found/i.test(error.message);
  if (!isGone) throw error;
}
