-- What wakes runs, and what has been asked for and has not begun: nothing of it is lost with the process.

-- A server comes back and goes on with its runs; a command does not.
alter table workflow_instance add column owner_kind text not null default 'command';

-- What suspended runs wait for; the run's own state has the same bookmarks, these rows find them.
create table bookmark (
    id          text    not null primary key,
    instance_id text    not null references workflow_instance (id) on delete cascade,
    name        text    not null, -- Elsa's stimulus name
    lookup      text,             -- what must match: an event's name, "post orders/{id}", a task's id
    due_at      integer,
    created_at  integer not null
) without rowid;

create index bookmark_by_instance on bookmark (instance_id);
create index bookmark_by_lookup   on bookmark (name, lookup);
create index bookmark_by_due      on bookmark (due_at) where due_at is not null;

-- Runs that a stored step has asked for and that have not begun.
create table pending_start (
    instance_id    text    not null primary key,
    definition_id  text    not null,
    input          text    not null,
    correlation_id text,
    parent_id      text    not null,
    created_at     integer not null
);

-- Events that a stored step has published and that have not been delivered.
create table pending_event (
    id             integer not null primary key autoincrement,
    name           text    not null,
    correlation_id text,
    payload        text,
    only_instance  text,
    created_at     integer not null
);

-- When a Timer, Cron or StartAt that begins a published workflow is due next; null when it never is again.
create table timer (
    definition_id text    not null,
    activity_id   text    not null,
    version_id    text    not null,
    hash          text    not null, -- of type and inputs: a changed timer starts anew
    due_at        integer,
    armed_at      integer not null,
    primary key (definition_id, activity_id)
) without rowid;

-- When a resource was checked last, by any process.
create table last_check (
    resource    text    not null collate nocase,
    action      text    not null,
    instance_id text    not null,
    started_at  integer not null,
    primary key (resource, action)
) without rowid;

-- The server that serves this history; a second one is refused while the first lives.
create table server (
    id            integer not null primary key check (id = 1),
    owner_host    text    not null,
    owner_boot    text    not null,
    owner_pid     integer not null,
    owner_started integer not null,
    started_at    integer not null
);

-- Workflows whose HTTP endpoints an admin has opened to everybody.
create table anonymous_workflow (
    definition_id text    not null primary key,
    marked_by     text    not null,
    marked_at     integer not null
);
