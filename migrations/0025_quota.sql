-- Up Migration

-- Bytes of all that is stored in a home. The statement that changes what is there keeps it, under the lock that it
-- takes for the number of the change.
alter table home add column used bigint not null default 0;

update home h set used = (
  select coalesce(sum(octet_length(o.data)), 0) from binding b
    join object o on o.principal_id = b.owner_id and o.collection_id = b.collection_id
  where b.principal_id = h.principal_id and b.home = h.kind
) where kind <> 'files';
update home h set used = (
  select coalesce(sum(f.size), 0) from file f where f.principal_id = h.principal_id
) where kind = 'files';

-- Bytes that an account may store; the server's own limit when null.
alter table principal add column quota bigint check (quota >= 0);

drop index file_size;

-- Down Migration

create index file_size on file (principal_id) include (size) where size is not null;
alter table principal drop column quota;
alter table home drop column used;
