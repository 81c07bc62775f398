-- What outside channels (the system's log, web hooks) still have to be told: a row per event and channel, written in the event's own transaction.

create table delivery (
    event_id  integer not null references event (id) on delete cascade,
    channel   text    not null,
    due_at    integer not null, -- Not before then; whoever delivers it now has moved it ahead for that time.
    attempts  integer not null default 0,
    problem   text,             -- Why the last attempt failed.
    closed_at integer,          -- Delivered or given up.
    delivered integer not null default 0,
    noted     integer not null default 0, -- What the run's journal says already: 1 that it failed, 2 how it ended.
    primary key (event_id, channel)
) without rowid;

create index delivery_by_due  on delivery (channel, due_at) where closed_at is null;
create index delivery_to_note on delivery (event_id) where problem is not null and noted < 2;
