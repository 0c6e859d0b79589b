import * as z from "zod";
import { FAILURE_CLASSES } from "../core/failure.ts";

const path = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, "expected a path such as message.usage.output_tokens")
  .describe("A path of names, as in message.text; a number names an item of a list.");

const counts = z
  .enum(["each", "run", "session"])
  .default("each")
  .describe("Whether a line tells of itself, of the process so far, or of its whole session.");

const id = path.optional().describe("What a line is about; the same is counted once.");

const usage = z.strictObject({
  counts,
  id,
  input: path.optional(),
  cache_read: path.optional(),
  cache_write: path.optional(),
  output: path.optional(),
  reasoning: path.optional(),
  input_includes_cache: z.boolean().default(false).describe("Whether cached tokens are in input."),
  output_includes_reasoning: z.boolean().default(false).describe("Whether thoughts are in output."),
});

const error = z.strictObject({
  message: path.optional(),
  code: path.optional().describe("The CLI's own word for it; see error_classes."),
  status: path.optional().describe("The HTTP status of the provider's answer."),
  resets_at: path.optional().describe("When a limit ends: seconds, milliseconds or a date."),
  class: z.enum(FAILURE_CLASSES).optional().describe("What every such line means."),
});

const line = z.strictObject({
  session: path.optional().describe("The session's id."),
  model: path.optional().describe("The model at work."),
  text: path.optional().describe("What the agent says."),
  thinking: path.optional().describe("What it thinks."),
  tool_started: z
    .strictObject({ id: path.optional(), name: path.optional(), input: path.optional() })
    .optional()
    .describe("A tool that begins."),
  tool_ended: z
    .strictObject({ id: path.optional(), output: path.optional(), is_error: path.optional() })
    .optional()
    .describe("A tool that has ended."),
  usage: usage.optional().describe("Tokens."),
  cost: z.strictObject({ counts, id, usd: path }).optional().describe("Money."),
  error: error.optional().describe("A failure, unless a result comes after it."),
  result: z
    .strictObject({ text: path.optional(), is_error: path.optional() })
    .optional()
    .describe("The end; text is the final answer."),
});

/** What the lines of a CLI mean, in the words of `orchestra.yaml`. */
export const outputSchema = z.strictObject({
  kind: z
    .union([path, z.array(path).min(1)], "expected a path, or a list of paths")
    .describe("Where a line tells its kind; of several, joined by a slash."),
  lines: z.record(z.string().min(1), line).describe("What a line of each kind tells; * is any."),
  error_classes: z
    .record(z.string().min(1), z.enum(FAILURE_CLASSES))
    .default({})
    .describe("What the codes of errors mean."),
});

export type OutputMapping = z.infer<typeof outputSchema>;
export type LineMapping = OutputMapping["lines"][string];
