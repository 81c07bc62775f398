-- Lists over many runs. A run's row carries its state, so what lists filter and sort by stands in an index of its own, which is read instead.

drop index workflow_instance_by_time;
create index workflow_instance_list on workflow_instance
    (created_at desc, definition_id, version_id, status, sub_status, incident_count, name, correlation_id, id);

-- Names of resources are found however they are written.
drop index workflow_instance_by_resource;
create index workflow_instance_by_resource on workflow_instance (resource collate nocase, created_at desc);

create index workflow_instance_by_name on workflow_instance (name collate nocase);
create index workflow_instance_by_end  on workflow_instance (finished_at desc);
