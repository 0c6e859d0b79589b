/** Statements that bring the schema from one version to the next; append-only, never edited. */
export const SQLITE_MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table runs (id text primary key, next_seq integer not null default 1, data text not null) strict`,
    `create table tasks (
       id text primary key,
       run_id text not null references runs (id),
       state text not null check (state in ('planned', 'ready', 'active', 'awaiting_qa', 'complete',
         'failed', 'waiting_human', 'abandoned', 'cancelled')),
       agent text not null,
       rank integer not null,
       parked_until integer,
       created_at integer not null,
       data text not null
     ) strict`,
    // Only what can run now: neither parked nor finished tasks slow an assignment down.
    `create index tasks_ready on tasks (agent, rank, created_at, id)
       where state = 'ready' and parked_until is null`,
    `create index tasks_parked on tasks (parked_until, id) where parked_until is not null`,
    // Every column that a list is chosen and ordered by, so that only what is shown is read whole.
    `create index tasks_state on tasks (state, created_at, id, rank)`,
    `create table dependencies (
       task_id text not null references tasks (id),
       depends_on_id text not null references tasks (id),
       primary key (task_id, depends_on_id)
     ) strict, without rowid`,
    `create index dependencies_depends_on on dependencies (depends_on_id)`,
    `create table attempts (
       id text primary key,
       task_id text not null references tasks (id),
       number integer not null,
       node_id text not null,
       state text not null,
       is_live integer not null,
       ended_at integer,
       data text not null
     ) strict`,
    `create index attempts_live on attempts (node_id) where is_live = 1`,
    `create index attempts_task on attempts (task_id, number)`,
    `create table interrupts (
       id text primary key,
       task_id text not null references tasks (id),
       opened_at integer not null,
       is_open integer not null,
       data text not null
     ) strict`,
    `create index interrupts_open on interrupts (opened_at, id) where is_open = 1`,
    `create index interrupts_task on interrupts (task_id) where is_open = 1`,
    `create table events (
       run_id text not null references runs (id),
       seq integer not null,
       at integer not null,
       type text not null,
       task_id text,
       data text not null,
       primary key (run_id, seq)
     ) strict, without rowid`,
    `create index events_task on events (task_id, run_id, seq)`,
    `create table leases (name text primary key, term integer not null, data text not null) strict`,
  ],
];
