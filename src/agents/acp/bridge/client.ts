import {
  client,
  methods,
  type AnyMessage,
  type ClientConnection,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type Stream,
} from "@agentclientprotocol/sdk";
import type { Say } from "./lines.ts";

export type Permissions = "allow" | "deny";

type Listener = {
  readonly permissions: Permissions;
  /** Whether it was told to stop, and has not: what it asks for then is to be answered as cancelled. */
  readonly isInterrupted: () => boolean;
  /** The `session/update`s of the agent, as they came. */
  readonly onUpdate: (params: unknown) => void;
};

/**
 * Connects to an agent. What it asks is answered, and what it tells is handed over as it came: agents
 * tell more than the schema has, and the schema's reader would drop all that it does not know.
 */
export function connect(
  stream: Stream,
  say: Say,
  { permissions, isInterrupted, onUpdate }: Listener,
): ClientConnection {
  const told = new TransformStream<AnyMessage, AnyMessage>({
    transform(message, controller) {
      const isUpdate = "method" in message && message.method === methods.client.session.update;
      if (isUpdate) onUpdate(message.params);
      else controller.enqueue(message);
    },
  });
  const readable = stream.readable.pipeThrough(told);
  return client({ name: "orchestra" })
    .onRequest(methods.client.session.requestPermission, ({ params, requestId }) => {
      const response = isInterrupted() ? CANCELLED : permissionResponse(params, permissions);
      const isAllowed = permissions === "allow" && response.outcome.outcome === "selected";
      say({
        type: "permission",
        requestId: String(requestId),
        toolCall: params.toolCall,
        answer: isAllowed ? "allowed" : "denied",
      });
      return response;
    })
    .connect({ readable, writable: stream.writable });
}

const CANCELLED: RequestPermissionResponse = { outcome: { outcome: "cancelled" } };

/** For once, where that is offered: what is allowed for good may be kept in a user's settings. */
const PREFERRED = {
  allow: ["allow_once", "allow_always"],
  deny: ["reject_once", "reject_always"],
} as const;

function permissionResponse(
  { options }: RequestPermissionRequest,
  permissions: Permissions,
): RequestPermissionResponse {
  const chosen = PREFERRED[permissions]
    .map((kind) => options.find((option) => option.kind === kind))
    .find((option) => option !== undefined);
  if (!chosen) return CANCELLED;
  return { outcome: { outcome: "selected", optionId: chosen.optionId } };
}
