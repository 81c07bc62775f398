-- Edits of definitions: drafts may change until they are published or run; a newer shipped file beside a published edit is an offer;
-- a deleted version that runs still name stays as a tombstone.

alter table workflow_definition add column published_at integer;
alter table workflow_definition add column is_offer     integer not null default 0;
alter table workflow_definition add column deleted_at   integer;

update workflow_definition set published_at = created_at where is_published = 1 or origin = 'shipped';

create unique index workflow_definition_published on workflow_definition (definition_id) where is_published = 1;
create unique index workflow_definition_latest    on workflow_definition (definition_id) where is_latest = 1;

create index workflow_instance_by_version    on workflow_instance (version_id);
create index workflow_instance_by_definition on workflow_instance (definition_id, created_at desc);
create index workflow_instance_by_parent     on workflow_instance (parent_id) where parent_id is not null;
create index workflow_instance_by_change     on workflow_instance (updated_at desc);
