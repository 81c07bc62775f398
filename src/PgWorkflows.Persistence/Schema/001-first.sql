-- Times are microseconds since 1970-01-01 UTC: select datetime(started_at / 1000000, 'unixepoch') reads them.

create table workflow_definition (
    version_id    text    not null primary key,
    definition_id text    not null,
    version       integer not null,
    name          text    not null,
    hash          text    not null,
    origin        text    not null check (origin in ('shipped', 'edited')),
    is_latest     integer not null,
    is_published  integer not null,
    json          text    not null,
    created_at    integer not null,
    unique (definition_id, version)
);

create table workflow_instance (
    id               text    not null primary key,
    version_id       text    not null references workflow_definition (version_id),
    definition_id    text    not null,
    definition_hash  text    not null,
    uses             text    not null, -- versions of the workflows used as activities: {"definition id": "version id"}
    status           text    not null,
    sub_status       text    not null,
    name             text,
    correlation_id   text,
    parent_id        text,
    created_at       integer not null,
    updated_at       integer not null,
    finished_at      integer,
    incident_count   integer not null default 0,
    revision         integer not null,
    state            blob    not null,
    -- What a run of an action on a resource adds; null for other workflows.
    resource         text,
    action           text,
    result           text,
    return_value     integer,
    closing_note     text,
    -- Who or what asked for it.
    trigger_kind     text    not null,
    triggered_by     text    not null,
    -- Which process carries it on: host, boot, process id, process start.
    owner_host       text    not null,
    owner_boot       text    not null,
    owner_pid        integer not null,
    owner_started    integer not null,
    -- Set by an action that ends a check.
    cancel_reason    text
);

create index workflow_instance_by_time on workflow_instance (created_at desc);
create index workflow_instance_by_resource on workflow_instance (resource, created_at desc);
create index workflow_instance_running on workflow_instance (status) where status = 'Running';

create table journal (
    instance_id   text    not null references workflow_instance (id) on delete cascade,
    sequence      integer not null,
    number        integer not null,
    parent_number integer not null,
    node_id       text    not null,
    activity_id   text    not null,
    activity_type text    not null,
    type_version  integer not null,
    activity_name text,
    timestamp     integer not null,
    event_name    text    not null,
    message       text,
    primary key (instance_id, sequence)
) without rowid;

create table activity_record (
    instance_id   text    not null references workflow_instance (id) on delete cascade,
    number        integer not null,
    parent_number integer not null,
    scheduled_by  integer not null,
    node_id       text    not null,
    activity_id   text    not null,
    activity_type text    not null,
    type_version  integer not null,
    activity_name text,
    label         text    not null,
    is_container  integer not null,
    has_effect    integer not null,
    status        text    not null,
    started_at    integer not null,
    completed_at  integer,
    inputs        text,
    outputs       text,
    outcomes      text,
    sentence      text,
    exception     text,
    fault_count   integer not null,
    primary key (instance_id, number)
) without rowid;

create table event (
    id          integer not null primary key autoincrement,
    instance_id text,
    resource    text    not null,
    message_id  integer not null,
    severity    text    not null,
    text        text    not null,
    timestamp   integer not null
);

create index event_by_resource on event (resource, id);
create index event_by_instance on event (instance_id, id);

create table resource_state (
    resource   text    not null primary key collate nocase,
    state      text    not null,
    reason     text    not null,
    changed_at integer not null
);

create table resource_state_change (
    id          integer not null primary key autoincrement,
    resource    text    not null,
    old_state   text,
    new_state   text    not null,
    reason      text    not null,
    changed_by  text    not null,
    instance_id text,
    timestamp   integer not null
);

create index resource_state_change_by_resource on resource_state_change (resource, id);

-- One state-changing action at a time. A row stays when the lease is free, so that the fencing number only grows.
create table lease (
    resource      text    not null primary key collate nocase,
    fence         integer not null,
    instance_id   text,
    action        text,
    owner_host    text,
    owner_boot    text,
    owner_pid     integer,
    owner_started integer,
    acquired_at   integer
);
