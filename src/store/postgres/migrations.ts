/** Statements that bring the schema from one version to the next; append-only, never edited. */
export const POSTGRES_MIGRATIONS: readonly (readonly string[])[] = [
  [
    // The row that every writer locks first. Its version counts the commits.
    `create table blackboard (
       id integer primary key check (id = 1),
       schema_version integer not null,
       version bigint not null
     ) with (fillfactor = 10)`,
    `insert into blackboard (id, schema_version, version) values (1, 0, 0)`,
    // What refers to what is decided before it is written, so no foreign keys: each would look up
    // every row anew under the lock.
    // Ids are compared byte by byte, as in every other store, whatever the database's language.
    `create table runs (
       id text collate "C" primary key,
       next_seq bigint not null default 1,
       data text not null
     )`,
    `create table tasks (
       id text collate "C" primary key,
       run_id text collate "C" not null,
       state text collate "C" not null check (state in ('planned', 'ready', 'active', 'awaiting_qa',
         'complete', 'failed', 'waiting_human', 'abandoned', 'cancelled')),
       agent text collate "C" not null,
       rank bigint not null,
       parked_until bigint,
       created_at bigint not null,
       data text not null
     )`,
    // Only what can run now: neither parked nor finished tasks slow an assignment down.
    `create index tasks_ready on tasks (agent, rank, created_at, id)
       where state = 'ready' and parked_until is null`,
    `create index tasks_parked on tasks (parked_until, id) where parked_until is not null`,
    // Every column that a list is chosen and ordered by, so that only what is shown is read whole.
    `create index tasks_state on tasks (state, created_at, id, rank)`,
    `create table dependencies (
       task_id text collate "C" not null,
       depends_on_id text collate "C" not null,
       primary key (task_id, depends_on_id)
     )`,
    `create index dependencies_depends_on on dependencies (depends_on_id)`,
    `create table attempts (
       id text collate "C" primary key,
       task_id text collate "C" not null,
       number integer not null,
       node_id text collate "C" not null,
       state text collate "C" not null,
       is_live integer not null,
       ended_at bigint,
       data text not null
     )`,
    `create index attempts_live on attempts (node_id) where is_live = 1`,
    `create index attempts_task on attempts (task_id, number)`,
    `create table interrupts (
       id text collate "C" primary key,
       task_id text collate "C" not null,
       opened_at bigint not null,
       is_open integer not null,
       data text not null
     )`,
    `create index interrupts_open on interrupts (opened_at, id) where is_open = 1`,
    `create index interrupts_task on interrupts (task_id) where is_open = 1`,
    `create table events (
       run_id text collate "C" not null,
       seq bigint not null,
       at bigint not null,
       type text collate "C" not null,
       task_id text collate "C",
       data text not null,
       primary key (run_id, seq)
     )`,
    `create index events_task on events (task_id, run_id, seq) where task_id is not null`,
    `create table leases (
       name text collate "C" primary key,
       term bigint not null,
       data text not null
     )`,
  ],
  // What an archive has left behind is told apart from a long log without reading that.
  [`create index events_archived on events (run_id, seq) where type = 'tasks_archived'`],
];
