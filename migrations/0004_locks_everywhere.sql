-- Up Migration

-- No lock in the home lasts longer, so that a writer, who locks this row anyhow, need not look for locks.
alter table home add column locked_until timestamptz;

update home set locked_until = (
  select max(expires_at) from lock where lock.principal_id = home.principal_id and lock.home = home.kind
);

-- Down Migration

alter table home drop column locked_until;
