-- What an admin has opened to everybody is a version that can be read, not whatever is published under its name later. Older marks opened none such.
alter table anonymous_workflow add column version_id text not null default '';
