// The library: `import { createOrchestra } from "orchestra"`.
export {
  createOrchestra,
  type CancelOptions,
  type EventsOptions,
  type Orchestra,
  type OfTasks,
  type OrchestraOptions,
  type RetryOptions,
  type RunEnd,
  type RunOptions,
  type Submit,
  type TasksFilter,
} from "./orchestra.ts";
export type { Answer } from "./intake/resolve-task.ts";
export type { TaskRequest } from "./intake/task-request.ts";
export { OrchestraError, type ErrorCode } from "./core/errors.ts";
export type { Event, RecordedEvent, TaskDefinition } from "./core/events.ts";
export type { CheckSpec, Task, TaskLimits, TaskState } from "./core/task.ts";
