import type { Task } from "../../core/task.ts";
import type { BlackboardReader } from "../../store/store.ts";

/** As many as are in memory at a time, whatever the queue's length. */
const TASKS_PER_PAGE = 1_000;

/** Every task of the blackboard, page by page, in the order of their ids. */
export async function* taskPages(reader: BlackboardReader): AsyncGenerator<readonly Task[]> {
  let afterId = "";
  for (;;) {
    const page = await reader.tasksAfter(afterId, TASKS_PER_PAGE);
    if (page.length > 0) yield page;
    if (page.length < TASKS_PER_PAGE) return;
    afterId = page.at(-1)?.id ?? "";
  }
}
