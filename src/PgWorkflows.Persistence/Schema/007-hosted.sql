-- Runs that another workflow host (an Elsa server) carries: its store has their steps, ours has what keeps two homes from acting at once.

create table hosted_run (
    id            text    not null primary key,
    resource      text    not null collate nocase,
    action        text    not null,
    kind          text    not null check (kind in ('check', 'action', 'other')),
    owner_host    text    not null,
    owner_boot    text    not null,
    owner_pid     integer not null,
    owner_started integer not null,
    began_at      integer not null,
    ended_at      integer,
    result        text,
    return_value  integer,
    closing_note  text,
    -- Set by an action that ends a check, and by an operator who cancels.
    cancel_reason text
);

create index hosted_run_open on hosted_run (resource) where ended_at is null;

-- One row per start or stop, written before it: without an end, nobody knows whether it took effect, and it is not repeated.
create table hosted_effect (
    run_id      text    not null references hosted_run (id) on delete cascade,
    activity_id text    not null,
    label       text    not null,
    began_at    integer not null,
    ended_at    integer,
    outcomes    text,
    primary key (run_id, activity_id)
) without rowid;
