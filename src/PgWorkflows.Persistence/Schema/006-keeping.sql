-- Keeping the history: resources in maintenance, green checks rolled up by the hour, and a place to see whether writing works.

-- A row ends by its own expiry; switching maintenance off deletes it. Who switched is in the audit.
create table maintenance (
    resource   text    not null primary key collate nocase,
    owner      text    not null,
    reason     text    not null,
    started_at integer not null,
    expires_at integer not null
);

-- Durations in microseconds; the mean is total_duration / checks.
create table check_hour (
    resource       text    not null collate nocase,
    action         text    not null,
    hour           integer not null, -- Its beginning, as all times are kept.
    result         text    not null,
    checks         integer not null,
    min_duration   integer not null,
    max_duration   integer not null,
    total_duration integer not null,
    primary key (hour, resource, action, result)
) without rowid;

create index workflow_instance_green on workflow_instance (finished_at)
    where action in ('quickCheck', 'deepCheck') and result in ('Succeeded', 'Skipped');

create table write_probe (
    id     integer not null primary key check (id = 1),
    filler blob    not null
);
