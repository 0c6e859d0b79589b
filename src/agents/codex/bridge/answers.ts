import { fieldsIn, type Fields } from "../../json-fields.ts";

type Answer = (params: Fields) => object;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["item/commandExecution/requestApproval", () => ({ decision: "accept" })],
  ["item/fileChange/requestApproval", () => ({ decision: "accept" })],
  [
    "item/permissions/requestApproval",
    (params) => ({ permissions: fieldsIn(params, "permissions"), scope: "turn" }),
  ],
  // A question or a form wants a person, and there is none.
  ["item/tool/requestUserInput", () => ({ answers: {} })],
  ["mcpServer/elicitation/request", () => ({ action: "decline", content: null, _meta: null })],
]);

/** What Codex is answered when it asks: whatever it wants to do it may, as in `codex exec`. */
export function answerTo(method: string, params: Fields): object | undefined {
  return ANSWERS.get(method)?.(params);
}
