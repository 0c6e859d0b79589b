import type { TaskState } from "../../core/task.ts";
import type { Style } from "../terminal.ts";

type Look = { readonly label: string; readonly symbol: string; readonly style: Style };

/** How each state looks, in the order in which a person wants to see them. */
export const TASK_LOOKS: Record<TaskState, Look> = {
  waiting_human: { label: "waits for you", symbol: "?", style: "magenta" },
  active: { label: "active", symbol: "●", style: "cyan" },
  awaiting_qa: { label: "in proof", symbol: "◐", style: "blue" },
  failed: { label: "failed", symbol: "✗", style: "red" },
  ready: { label: "ready", symbol: "○", style: "yellow" },
  planned: { label: "planned", symbol: "·", style: "dim" },
  complete: { label: "complete", symbol: "✓", style: "green" },
  abandoned: { label: "abandoned", symbol: "⊘", style: "dim" },
  cancelled: { label: "cancelled", symbol: "⊗", style: "dim" },
};
