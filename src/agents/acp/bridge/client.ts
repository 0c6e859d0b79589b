import {
  client,
  methods,
  type AnyMessage,
  type ClientConnection,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type Stream,
} from "@agentclientprotocol/sdk";
import * as z from "zod";
import type { Say } from "./lines.ts";

export type Permissions = "allow" | "deny";

type Listener = {
  readonly permissions: Permissions;
  /** Whether what is told is of this process, and not of a session that is loaded. */
  readonly isLive: () => boolean;
  /** The agent begins to say or to do something. */
  readonly onAct: () => void;
};

/**
 * Connects to an agent. What it asks is answered, and what it tells is printed as it came: agents
 * tell more than the schema has, and the schema's reader would drop all that it does not know.
 */
export function connect(
  stream: Stream,
  say: Say,
  { permissions, isLive, onAct }: Listener,
): ClientConnection {
  const told = new TransformStream<AnyMessage, AnyMessage>({
    transform(message, controller) {
      if (!("method" in message) || message.method !== methods.client.session.update) {
        controller.enqueue(message);
      } else if (isLive()) {
        if (acts.safeParse(message.params).success) onAct();
        say({ type: "update", params: message.params });
      } else if (costTold.safeParse(message.params).success) {
        // Of all that is told again of a loaded session, only what it has cost is of use.
        say({ type: "earlier", params: message.params });
      }
    },
  });
  const readable = stream.readable.pipeThrough(told);
  return client({ name: "orchestra" })
    .onRequest(methods.client.session.requestPermission, ({ params, requestId }) => {
      const response = permissionResponse(params, permissions);
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

const costTold = z.object({
  update: z.object({ sessionUpdate: z.literal("usage_update"), cost: z.object({}) }),
});

const acts = z.object({
  update: z.object({
    sessionUpdate: z.enum(["agent_message_chunk", "agent_thought_chunk", "tool_call"]),
  }),
});

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
  if (!chosen) return { outcome: { outcome: "cancelled" } };
  return { outcome: { outcome: "selected", optionId: chosen.optionId } };
}
