import type { Generated } from "kysely";

/**
 * The tables, as SQL sees them. Columns of their own are only what queries choose and order by; the
 * rest of a domain object is in `data`, as JSON. Snake case never leaves the store.
 */
export type Database = {
  runs: { id: string; next_seq: Generated<number>; data: string };
  tasks: {
    id: string;
    run_id: string;
    state: string;
    agent: string;
    rank: number;
    parked_until: number | null;
    created_at: number;
    data: string;
  };
  dependencies: { task_id: string; depends_on_id: string };
  attempts: {
    id: string;
    task_id: string;
    number: number;
    node_id: string;
    state: string;
    is_live: number;
    ended_at: number | null;
    data: string;
  };
  interrupts: { id: string; task_id: string; opened_at: number; is_open: number; data: string };
  events: {
    run_id: string;
    seq: number;
    at: number;
    type: string;
    task_id: string | null;
    data: string;
  };
  leases: { name: string; term: number; data: string };
};
