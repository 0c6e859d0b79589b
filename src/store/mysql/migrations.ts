const ID = "varbinary(255)";
const DATA = "longtext character set utf8mb4 collate utf8mb4_bin not null";

/**
 * Statements that bring the schema from one version to the next; append-only, never edited. Each can
 * be repeated: MySQL commits every one of them by itself. Text that is compared is kept as bytes:
 * every other collation takes `a` for `a `. What refers to what is decided before it is written, so
 * no foreign keys: each would look up every row anew under the lock.
 */
export const MYSQL_MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table if not exists runs (
       id ${ID} primary key,
       next_seq bigint not null default 1,
       data ${DATA}
     ) engine = InnoDB`,
    `create table if not exists tasks (
       id ${ID} primary key,
       run_id ${ID} not null,
       state varbinary(32) not null check (state in ('planned', 'ready', 'active', 'awaiting_qa',
         'complete', 'failed', 'waiting_human', 'abandoned', 'cancelled')),
       agent ${ID} not null,
       \`rank\` bigint not null,
       parked_until bigint,
       created_at bigint not null,
       data ${DATA},
       -- What can run now stands together: neither parked nor finished tasks slow an assignment down.
       key tasks_ready (agent, state, parked_until, \`rank\`, created_at, id),
       key tasks_parked (parked_until, id),
       -- Every column that a list is chosen and ordered by, so that only what is shown is read whole.
       key tasks_state (state, created_at, id, \`rank\`)
     ) engine = InnoDB`,
    `create table if not exists dependencies (
       task_id ${ID} not null,
       depends_on_id ${ID} not null,
       primary key (task_id, depends_on_id),
       key dependencies_depends_on (depends_on_id)
     ) engine = InnoDB`,
    `create table if not exists attempts (
       id ${ID} primary key,
       task_id ${ID} not null,
       number integer not null,
       node_id ${ID} not null,
       state varbinary(32) not null,
       is_live integer not null,
       ended_at bigint,
       data ${DATA},
       key attempts_live (is_live, node_id),
       key attempts_task (task_id, number)
     ) engine = InnoDB`,
    `create table if not exists interrupts (
       id ${ID} primary key,
       task_id ${ID} not null,
       opened_at bigint not null,
       is_open integer not null,
       data ${DATA},
       key interrupts_open (is_open, opened_at, id),
       key interrupts_task (task_id, is_open)
     ) engine = InnoDB`,
    `create table if not exists events (
       run_id ${ID} not null,
       seq bigint not null,
       at bigint not null,
       type varbinary(64) not null,
       task_id ${ID},
       data ${DATA},
       primary key (run_id, seq),
       key events_task (task_id, run_id, seq)
     ) engine = InnoDB`,
    `create table if not exists leases (
       name varbinary(64) primary key,
       term bigint not null,
       data ${DATA}
     ) engine = InnoDB`,
  ],
];

/** The row that every writer locks first. Its version counts the commits. */
export const MYSQL_BLACKBOARD = [
  `create table if not exists blackboard (
     id integer primary key,
     schema_version integer not null,
     version bigint not null
   ) engine = InnoDB`,
  `insert ignore into blackboard (id, schema_version, version) values (1, 0, 0)`,
];
