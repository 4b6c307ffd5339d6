-- Up Migration

-- What push calls a collection: as lasting as the collection itself, over a restored backup too, which its incarnation is not.
alter table collection add column push_key text;
update collection set push_key = uuid;
alter table collection
  alter column push_key set not null,
  alter column push_key set default gen_random_uuid(),
  add unique (push_key);

-- Down Migration

alter table collection drop column push_key;
